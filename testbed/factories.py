"""Published events with sensible fields; every field can be given by its name on the wire."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from orders.models import STEP
from wire.times import format_time

Fields = dict[str, Any]

_numbers = count(1)

FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
"""Where the fixture `far_ahead` puts the feed clock."""


def at(change: int) -> str:
    """The `updatedTime` of the n-th change after FAR_AHEAD, counted from 1."""
    return format_time(FAR_AHEAD + STEP * change)


def event(**fields: Any) -> Fields:
    """NEW of an order in channel lazada-th, unless told; later events have larger ids."""
    return {
        "eventId": f"e-{next(_numbers):08}",
        "revision": 1,
        "deleted": False,
        "channelId": "lazada-th",
        "partnerId": "143",
        "orderId": "FRIS00201",
        "orderCreatedTime": "2026-11-20T03:11:09Z",
        "shipmentId": None,
        "trackingId": None,
        "carrier": None,
        "status": "NEW",
        "detailedStatus": None,
        "detail": None,
        "eventTime": "2026-11-20T03:11:09Z",
    } | fields


def shipment_event(**fields: Any) -> Fields:
    """IN_TRANSIT of shipment S-1 of the same order, unless told."""
    return event(
        **{"shipmentId": "S-1", "trackingId": "TRK1", "carrier": "KERRY", "status": "IN_TRANSIT"} | fields
    )


def withdrawal(event_id: str, revision: int = 2) -> Fields:
    """The deletion of an event."""
    return {"eventId": event_id, "revision": revision, "deleted": True}


def new_orders(count: int, **fields: Any) -> list[Fields]:
    """The first events of `count` orders O-1, O-2, ..."""
    return [event(**{"orderId": f"O-{number}"} | fields) for number in range(1, count + 1)]


def line(*steps: tuple[str, str]) -> list[Fields]:
    """The events e0, e1, ... of one order, a minute apart: of `order`, or of the shipment named."""
    return [
        event(
            eventId=f"e{minute}",
            shipmentId=None if owner == "order" else owner,
            status=status,
            eventTime=f"2026-11-20T03:{minute:02}:00Z",
        )
        for minute, (owner, status) in enumerate(steps)
    ]
