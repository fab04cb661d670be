"""The one maker of published events, as dicts with the names of the wire, for tests and benchmarks.

`demo/orders.py` has a maker of its own, because it is part of what `make run` shows.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from typing import Any

from orders.models import STEP
from testbed.feeds import CHANNEL, PARTNER
from wire.times import format_time

Fields = dict[str, Any]
"""A JSON object."""

CARRIERS = ["KERRY", "NINJAVAN", "JNT", "THAILAND_POST"]
STORY_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
"""The first event of a story lies within ten hours of this, and the last within a few weeks."""

_STEPS = ["READY_TO_PICK", "PACKED", "READY_TO_SHIP", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"]
_HUBS = ["ARRIVED_AT_HUB", "DEPARTED_HUB", "CUSTOMS_CLEARED", "SORTED"]
_numbers = count(1)

FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
"""Where the fixture `far_ahead` puts the feed clock."""


def at(change: int) -> str:
    """The `updatedTime` of the n-th change after FAR_AHEAD, counted from 1."""
    return format_time(FAR_AHEAD + STEP * change)


def event(**fields: Any) -> Fields:
    """The status NEW of an order of CHANNEL and PARTNER, with `fields`. Later events have larger ids."""
    return {
        "eventId": f"e-{next(_numbers):08}",
        "revision": 1,
        "deleted": False,
        "channelId": CHANNEL,
        "partnerId": PARTNER,
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
    """The status IN_TRANSIT of shipment S-1 of the same order, with `fields`."""
    return event(
        **{"shipmentId": "S-1", "trackingId": "TRK1", "carrier": "KERRY", "status": "IN_TRANSIT"} | fields
    )


def withdrawal(event_id: str, revision: int = 2) -> Fields:
    """The deletion of an event."""
    return {"eventId": event_id, "revision": revision, "deleted": True}


def new_orders(count: int, **fields: Any) -> list[Fields]:
    """The first events of `count` orders O-1, O-2, ..."""
    return [event(**{"orderId": f"O-{number}"} | fields) for number in range(1, count + 1)]


def history_of(*steps: tuple[str, str]) -> list[Fields]:
    """Events e0, e1, ... of one order, a minute apart. A step is ("order" or a shipment's id, status)."""
    return [
        event(
            eventId=f"e{minute}",
            shipmentId=None if owner == "order" else owner,
            status=status,
            eventTime=f"2026-11-20T03:{minute:02}:00Z",
        )
        for minute, (owner, status) in enumerate(steps)
    ]


def story(
    channel: str, partner: str, number: int, chance: random.Random, last_status: str | None = None
) -> list[Fields]:
    """The events of one order, oldest first: its own, and those of 0 to 3 shipments.

    `number` is in all ids. `last_status` replaces the status of the order's own last event.
    """
    steps = _steps(number, chance)
    if last_status:
        last = max(index for index, step in enumerate(steps) if step[0] is None)
        steps[last] = (None, last_status, steps[last][2])
    minutes = accumulate(chance.randint(1, 600) for _ in steps)
    times = [format_time(STORY_BEGINS + timedelta(minutes=m, seconds=chance.randint(0, 59))) for m in minutes]
    return [
        event(
            eventId=f"{chance.getrandbits(32):08x}-{index:04x}-5{chance.getrandbits(12):03x}-8000-00{number}",
            channelId=channel,
            partnerId=partner,
            orderId=f"FRIS{number}",
            orderCreatedTime=times[0],
            shipmentId=shipment,
            trackingId=f"TRK{number}{shipment[-1]}" if shipment else None,
            carrier=chance.choice(CARRIERS) if shipment else None,
            status=status,
            detailedStatus=detailed,
            eventTime=time,
        )
        for index, ((shipment, status, detailed), time) in enumerate(zip(steps, times, strict=True))
    ]


def _steps(number: int, chance: random.Random) -> list[tuple[str | None, str, str]]:
    """Shipment (None for the order itself), status and detailed status of each event of a story."""
    steps: list[tuple[str | None, str, str]] = [
        (None, "NEW", "CREATED"),
        (None, "IN_PROGRESS", "PAYMENT_APPROVED"),
    ]
    for shipment in range(chance.choices([0, 1, 2, 3], [5, 70, 20, 5])[0]):
        steps += [(f"S{number}{shipment}", *step) for step in _shipment_steps(chance)]
    return steps if len(steps) > 2 else [*steps, (None, "CANCELED", "CANCELED_BY_BUYER")]


def _shipment_steps(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Status and detailed status of the first so many events of a shipment."""
    for status in _STEPS[: chance.randint(1, len(_STEPS))]:
        yield status, chance.choice(_HUBS) if status == "IN_TRANSIT" else status
