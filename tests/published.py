"""What has been published, read straight from the tables of the tests' database, or of one by its URL."""

from datetime import datetime
from typing import Any

import orjson
import psycopg

from orders.models import SalesOrder
from testbed.feeds import CHANNEL
from testbed.pollers import Orders

EVENTS = """
    SELECT event.event_id, event.revision, event.deleted, owner.channel_id, owner.order_id,
           parcel.shipment_id, event.status, event.detail, event.event_time
    FROM orders_statusevent AS event
    LEFT JOIN orders_salesorder AS owner ON owner.id = event.order_id
    LEFT JOIN orders_shipment AS parcel ON parcel.id = event.shipment_id
"""
STATUSES = "SELECT channel_id, order_id, partner_id, order_status, v2_status FROM orders_salesorder"


def shown(order_id: str = "FRIS00201") -> dict[str, Any]:
    """The document of an order of CHANNEL."""
    order = SalesOrder.objects.get(channel_id=CHANNEL, order_id=order_id)
    document: dict[str, Any] = orjson.loads(order.document)
    return document


def history(order_id: str = "FRIS00201") -> list[str]:
    """The ids of the order's own events, as its document has them."""
    return [entry["eventId"] for entry in shown(order_id)["statusHistory"]]


def updated_time(order_id: str = "FRIS00201") -> datetime:
    """When an order of CHANNEL last changed."""
    return SalesOrder.objects.get(channel_id=CHANNEL, order_id=order_id).updated_time


def documents(url: str) -> Orders:
    """The documents in the PostgreSQL database at `url`."""
    rows = _rows(url, "SELECT channel_id, order_id, document FROM orders_salesorder")
    return {(channel, order_id): orjson.loads(text) for channel, order_id, text in rows}


def state(url: str) -> dict[str, Any]:
    """All that the database at `url` holds, but the times of publishing and the keys of rows."""
    return {
        "orders": {key: without_times(order) for key, order in documents(url).items()},
        "statuses": sorted(_rows(url, STATUSES), key=repr),
        "events": sorted(_rows(url, EVENTS), key=repr),
    }


def without_times(document: Any) -> Any:
    """A document without `updatedTime`, in it and in its histories."""
    if isinstance(document, list | tuple):
        return [without_times(item) for item in document]
    if isinstance(document, dict):
        return {name: without_times(item) for name, item in document.items() if name != "updatedTime"}
    return document


def _rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement.encode()).fetchall()
