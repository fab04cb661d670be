"""Orders that benchmarks are made of: a few thousand different ones, rendered by the server's own code.

Each is a template. What tells two orders of one template apart, the number in all their ids and the time
they were published, stands in it as a marker, so that a million orders are a million replacements of text.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from django.db.models import Model

from orders.models import SalesOrder, Shipment, StatusEvent
from orders.publishing.drafts import Draft
from orders.publishing.events import PublishedEvent
from orders.publishing.publication import Publication
from wire.times import format_time

NUMBER = 9_999_999_999
"""The marker of an order's number; every number has as many digits."""

TIME = datetime(2099, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
"""The marker of the time an order was published."""

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
"""No event is younger than this by more than a few weeks, and no order was published before they ended."""

ROWS = (SalesOrder, Shipment, StatusEvent)
WAY = ["READY_TO_PICK", "PACKED", "READY_TO_SHIP", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"]
HUBS = ["ARRIVED_AT_HUB", "DEPARTED_HUB", "CUSTOMS_CLEARED", "SORTED"]
CARRIERS = ["KERRY", "NINJAVAN", "JNT", "THAILAND_POST"]

Step = tuple[str | None, str, str]
"""The shipment, or None for the order itself; status and detailed status."""


@dataclass(frozen=True)
class Template:
    """The rows of one order, as lines of PostgreSQL's COPY by table, with the markers in them."""

    lines: dict[type[Model], str]

    def filled(self, model: type[Model], number: int, time: datetime) -> str:
        """The lines for `model` of the order `number`, published at `time`."""
        return (
            self.lines[model].replace(str(NUMBER), str(number)).replace(format_time(TIME), format_time(time))
        )


def templates(count: int, *, channel: str, partners: int, seed: int) -> list[tuple[Template, Template]]:
    """Pairs of orders of equal length: as things go, and the same with `orderStatus` ERROR."""
    pairs = []
    for index in range(count):
        partner = str(143 + index % partners)
        pairs.append(
            (
                _template(channel, partner, random.Random(f"{seed} {index}"), None),
                _template(channel, partner, random.Random(f"{seed} {index}"), "ERROR"),
            )
        )
    return pairs


def story(
    channel: str, partner: str, number: int, chance: random.Random, last_status: str | None = None
) -> list[PublishedEvent]:
    """The events of one order, oldest first: its own, and those of 0 to 3 shipments."""
    steps: list[Step] = [(None, "NEW", "CREATED"), (None, "IN_PROGRESS", "PAYMENT_APPROVED")]
    for shipment in range(chance.choices([0, 1, 2, 3], [5, 70, 20, 5])[0]):
        steps += [(f"S{number}{shipment}", *step) for step in _way(chance)]
    if len(steps) == 2:
        steps.append((None, "CANCELED", "CANCELED_BY_BUYER"))
    if last_status:
        last = max(index for index, step in enumerate(steps) if step[0] is None)
        steps[last] = (None, last_status, steps[last][2])
    minutes = accumulate(chance.randint(1, 600) for _ in steps)
    times = [BEFORE + timedelta(minutes=minute, seconds=chance.randint(0, 59)) for minute in minutes]
    return [
        PublishedEvent(
            event_id=f"{chance.getrandbits(32):08x}-{index:04x}-5{chance.getrandbits(12):03x}-8000-00{number}",
            revision=1,
            channel_id=channel,
            partner_id=partner,
            order_id=f"FRIS{number}",
            order_created_time=times[0],
            shipment_id=shipment,
            tracking_id=f"TRK{number}{shipment[-1]}" if shipment else None,
            carrier=chance.choice(CARRIERS) if shipment else None,
            status=status,
            detailed_status=detailed,
            event_time=time,
        )
        for index, ((shipment, status, detailed), time) in enumerate(zip(steps, times, strict=True))
    ]


def _way(chance: random.Random) -> Iterator[tuple[str, str]]:
    """The first part of a parcel's way."""
    for status in WAY[: chance.randint(1, len(WAY))]:
        yield status, chance.choice(HUBS) if status == "IN_TRANSIT" else status


def _template(channel: str, partner: str, chance: random.Random, last_status: str | None) -> Template:
    draft = Draft(SalesOrder(channel_id=channel, partner_id=partner, order_id=f"FRIS{NUMBER}"))
    events = story(channel, partner, NUMBER, chance, last_status)
    for event in events:
        draft.apply(event, None)
        if document := draft.document_to_publish():
            publication = Publication(draft, document)
            publication.stamp(TIME if event is events[-1] else event.event_time + timedelta(seconds=1))
            list(publication.changed_shipments())
    _give_keys(draft)
    return Template(
        {
            SalesOrder: _copy_line(SalesOrder, draft.order),
            Shipment: "".join(_copy_line(Shipment, row) for row in draft.shipments.values()),
            StatusEvent: "".join(_copy_line(StatusEvent, row) for row in draft.events.values()),
        }
    )


def _give_keys(draft: Draft) -> None:
    """The keys that the database would give, made of the order's number."""
    draft.order.pk = NUMBER
    for index, shipment in enumerate(draft.shipments.values()):
        shipment.pk = int(f"{NUMBER}{index}")
        shipment.order_id = draft.order.pk


def _copy_line(model: type[Model], row: object) -> str:
    """The line of PostgreSQL's COPY, in its text format, for a row of the table of `model`."""
    values = (getattr(row, field.attname) for field in model._meta.concrete_fields)
    return "\t".join(map(_copy_value, values)) + "\n"


def _copy_value(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, datetime):
        return format_time(value)
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
