"""What a database holds, read without Django, and without what differs from one run to the next."""

from typing import Any

import orjson
import psycopg

from testbed.pollers import Orders

EVENTS = """
    SELECT event.event_id, event.revision, event.deleted, home.channel_id, home.order_id,
           parcel.shipment_id, event.status, event.detail, event.event_time
    FROM orders_statusevent AS event
    LEFT JOIN orders_salesorder AS home ON home.id = event.order_id
    LEFT JOIN orders_shipment AS parcel ON parcel.id = event.shipment_id
"""


def documents(url: str) -> Orders:
    """The published orders."""
    rows = _rows(url, "SELECT channel_id, order_id, document FROM orders_salesorder")
    return {(channel, order_id): orjson.loads(text) for channel, order_id, text in rows}


def state(url: str) -> dict[str, Any]:
    """Everything but times of publishing and keys of rows."""
    statuses = "SELECT channel_id, order_id, partner_id, order_status, v2_status FROM orders_salesorder"
    return {
        "orders": {key: without_times(order) for key, order in documents(url).items()},
        "statuses": sorted(_rows(url, statuses), key=repr),
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
