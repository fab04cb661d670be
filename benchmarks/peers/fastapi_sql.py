"""FastAPI and asyncpg, the page made by PostgreSQL in one statement. No token, no limits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI, Request, Response

from benchmarks.peers.pool import pool

ENTRY = """
    json_build_object('eventId', event_id, 'status', status, 'detailedStatus', detailed_status,
                      'detail', detail, 'eventTime', event_time, 'updatedTime', updated_time)"""
PAGE = f"""
SELECT coalesce(json_agg(json_build_object(
    'orderId', orders.order_id, 'channelId', orders.channel_id, 'partnerId', orders.partner_id,
    'orderCreatedTime', orders.order_created_time, 'updatedTime', orders.updated_time,
    'orderStatus', orders.order_status, 'statusHistory', own.history, 'shipments', parcels.shipments
) ORDER BY orders.updated_time), '[]')::text
FROM (
    SELECT id, order_id, channel_id, partner_id, order_created_time, updated_time, order_status
    FROM orders_salesorder WHERE channel_id = $1 AND updated_time > $2 ORDER BY updated_time LIMIT 100
) AS orders
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg({ENTRY} ORDER BY event_time, event_id), '[]') AS history
    FROM orders_statusevent WHERE order_id = orders.id AND shipment_id IS NULL AND NOT deleted
) AS own
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
        'shipmentId', shipment.shipment_id, 'trackingId', shipment.tracking_id, 'carrier', shipment.carrier,
        'shipmentStatus', its.statuses[array_upper(its.statuses, 1)], 'statusHistory', its.history
    ) ORDER BY shipment.id), '[]') AS shipments
    FROM orders_shipment AS shipment
    CROSS JOIN LATERAL (
        SELECT coalesce(json_agg({ENTRY} ORDER BY event_time, event_id), '[]') AS history,
               array_agg(status ORDER BY event_time, event_id) AS statuses
        FROM orders_statusevent WHERE shipment_id = shipment.id AND NOT deleted
    ) AS its
    WHERE shipment.order_id = orders.id
) AS parcels
"""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with pool() as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/orders/{channel}")
async def orders(request: Request, channel: str, since: datetime) -> Response:
    """The text as PostgreSQL made it: not parsed, not validated, not written again."""
    text: str = await request.app.state.pool.fetchval(PAGE, channel, since)
    return Response(text, media_type="application/json")
