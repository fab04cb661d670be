"""The stored v3 document of an order (contract, section 4): built, stamped, written as text."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

from orders.models import SalesOrder, StatusEvent
from wire.times import format_time

Document = dict[str, Any]


def build(order: SalesOrder, events: Iterable[StatusEvent]) -> Document:
    """The v3 order that `events`, all that are known of it, deleted ones included, amount to.

    An event that is not stamped yet has `updatedTime` None. A deleted event shows in one way only: its
    shipment is still listed, with an empty history.
    """
    known = sorted(events, key=lambda event: (event.event_time, event.event_id))
    live = [event for event in known if not event.deleted]
    by_place: dict[str | None, list[StatusEvent]] = {event.place: [] for event in (*live, *known)}
    for event in live:
        by_place[event.place].append(event)
    history = [_entry(event) for event in by_place.pop(None, ())]
    return {
        "orderId": order.order_id,
        "channelId": order.channel_id,
        "partnerId": order.partner_id,
        "orderCreatedTime": _time((live or known)[-1].order_created_time),
        "updatedTime": _time(order.updated_time),
        "orderStatus": _last_status(history),
        "statusHistory": history,
        "shipments": [_shipment(str(shipment_id), events) for shipment_id, events in by_place.items()],
    }


def stamp(document: Document, time: datetime) -> None:
    """Give the order, and each entry that has none yet, the time of this publishing."""
    text = format_time(time)
    document["updatedTime"] = text
    for owner in (document, *document["shipments"]):
        for entry in owner["statusHistory"]:
            entry["updatedTime"] = entry["updatedTime"] or text


def order_status(document: Document) -> str | None:
    """The order's own status, as v3 shows it."""
    status: str | None = document["orderStatus"]
    return status


def to_text(document: Document) -> str:
    """The JSON that pages are joined from."""
    return orjson.dumps(document).decode()


def from_text(text: str) -> Document:
    """The document that `text` was written from."""
    document: Document = orjson.loads(text)
    return document


def _shipment(shipment_id: str, events: list[StatusEvent]) -> Document:
    history = [_entry(event) for event in events]
    return {
        "shipmentId": shipment_id,
        "trackingId": _last_known(event.tracking_id for event in events),
        "carrier": _last_known(event.carrier for event in events),
        "shipmentStatus": _last_status(history),
        "statusHistory": history,
    }


def _entry(event: StatusEvent) -> Document:
    return {
        "eventId": event.event_id,
        "status": event.status,
        "detailedStatus": event.detailed_status,
        "detail": event.detail,
        "eventTime": _time(event.event_time),
        "updatedTime": _time(event.updated_time),
    }


def _last_known(values: Iterable[str | None]) -> str | None:
    """The newest value that says something: a later event that leaves it blank does not take it back."""
    return next((value for value in reversed(list(values)) if value), None)


def _last_status(history: list[Document]) -> str | None:
    return history[-1]["status"] if history else None


def _time(time: datetime | None) -> str | None:
    return format_time(time) if time else None
