"""PostgREST: the same nested JSON by resource embedding. No token, no limits."""

from urllib.parse import urlencode

ENTRY = (
    "eventId:event_id,status,detailedStatus:detailed_status,detail,"
    "eventTime:event_time,updatedTime:updated_time"
)
SELECT = (
    "orderId:order_id,channelId:channel_id,partnerId:partner_id,orderCreatedTime:order_created_time,"
    f"updatedTime:updated_time,orderStatus:order_status,statusHistory:orders_statusevent({ENTRY}),"
    "shipments:orders_shipment(shipmentId:shipment_id,trackingId:tracking_id,carrier,"
    f"statusHistory:orders_statusevent({ENTRY}))"
)
"""Without `shipmentStatus`, which is in no column: computing it would cost a look-up for each shipment."""


def environment(database_url: str) -> dict[str, str]:
    """Its documented settings: a pool of 10, prepared statements, nothing it does not need."""
    return {
        "PGRST_DB_URI": database_url,
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_ANON_ROLE": "pg_read_all_data",
        "PGRST_DB_POOL": "10",
        "PGRST_DB_PREPARED_STATEMENTS": "true",
        "PGRST_DB_TX_END": "commit",
        "PGRST_DB_CONFIG": "false",
        "PGRST_DB_CHANNEL_ENABLED": "false",
        "PGRST_OPENAPI_MODE": "disabled",
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_LOG_LEVEL": "crit",
    }


def page(channel: str, since: str) -> str:
    """The path of one page."""
    live, in_order = "is.false", "event_time,event_id"
    query = {
        "select": SELECT,
        "channel_id": f"eq.{channel}",
        "updated_time": f"gt.{since}",
        "order": "updated_time",
        "limit": 100,
        "statusHistory.shipment_id": "is.null",
        "statusHistory.deleted": live,
        "statusHistory.order": in_order,
        "shipments.statusHistory.deleted": live,
        "shipments.statusHistory.order": in_order,
    }
    return f"/orders_salesorder?{urlencode(query, safe=',:().')}"
