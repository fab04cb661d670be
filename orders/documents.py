"""The stored v3 document of an order (contract, section 4): build it, stamp it, write it as text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from orders.models import SalesOrder, Shipment
from wire.times import format_time

Document = dict[str, Any]


@dataclass(slots=True)
class KnownEvent:
    """The newest known revision of an event: a row of StatusEvent, with the rows of its order and shipment.

    `shipment` None: the event belongs to the order itself. `order` None: only a deletion has come so far.
    Publishing makes one for each event that it reads or loads, and a StatusEvent costs ten times as much.
    """

    event_id: str
    revision: int = 0
    deleted: bool = True
    order_created_time: datetime | None = None
    status: str = ""
    detailed_status: str | None = None
    detail: str | None = None
    tracking_id: str | None = None
    carrier: str | None = None
    event_time: datetime | None = None
    updated_time: datetime | None = None
    order: SalesOrder | None = None
    shipment: Shipment | None = None
    is_stored: bool = False

    @property
    def order_id(self) -> int | None:
        """The key in the table, as StatusEvent has it; None as long as a new order is not written."""
        return self.order.pk if self.order else None

    @property
    def shipment_id(self) -> int | None:
        """The key in the table; `shipment.shipment_id` is the id on the wire."""
        return self.shipment.pk if self.shipment else None


def build(order: SalesOrder, events: Iterable[KnownEvent]) -> Document:
    """The v3 document of `order`, built from all its known events, deleted ones included.

    `updatedTime` is None in the entry of an event that is not published yet. A deleted event has no entry,
    but its shipment stays listed, with an empty history.
    """
    known = sorted(events, key=_by_time)
    live = [event for event in known if not event.deleted]
    by_shipment: dict[str | None, list[KnownEvent]] = {_shipment_id(event): [] for event in (*live, *known)}
    for event in live:
        by_shipment[_shipment_id(event)].append(event)
    history = [_entry(event) for event in by_shipment.pop(None, ())]
    return {
        "orderId": order.order_id,
        "channelId": order.channel_id,
        "partnerId": order.partner_id,
        "orderCreatedTime": _time(created_time(order, live or known)),
        "updatedTime": _time(order.updated_time),
        "orderStatus": _last_status(history),
        "statusHistory": history,
        "shipments": [_shipment(str(shipment_id), events) for shipment_id, events in by_shipment.items()],
    }


def created_time(order: SalesOrder, events: Iterable[KnownEvent]) -> datetime | None:
    """`orderCreatedTime`: by the newest live event, or by the newest deleted one if none is live.

    The time that is stored if the order has no event at all.
    """
    newest = max(
        events, key=lambda event: (not event.deleted, event.event_time, event.event_id), default=order
    )
    return newest.order_created_time


def stamp(document: Document, time: datetime) -> None:
    """Set `updatedTime` of the order, and of each entry that has none yet, to `time`."""
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


def _by_time(event: KnownEvent) -> tuple[Any, str]:
    return event.event_time, event.event_id


def _shipment_id(event: KnownEvent) -> str | None:
    return event.shipment.shipment_id if event.shipment else None


def _shipment(shipment_id: str, events: list[KnownEvent]) -> Document:
    history = [_entry(event) for event in events]
    return {
        "shipmentId": shipment_id,
        "trackingId": _last_known(event.tracking_id for event in events),
        "carrier": _last_known(event.carrier for event in events),
        "shipmentStatus": _last_status(history),
        "statusHistory": history,
    }


def _entry(event: KnownEvent) -> Document:
    return {
        "eventId": event.event_id,
        "status": event.status,
        "detailedStatus": event.detailed_status,
        "detail": event.detail,
        "eventTime": _time(event.event_time),
        "updatedTime": _time(event.updated_time),
    }


def _last_known(values: Iterable[str | None]) -> str | None:
    """The newest value that is not blank: a later event that leaves a field blank does not clear it."""
    return next((value for value in reversed(list(values)) if value), None)


def _last_status(history: list[Document]) -> str | None:
    return history[-1]["status"] if history else None


def _time(time: datetime | None) -> str | None:
    return format_time(time) if time else None
