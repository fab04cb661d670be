"""Orders that benchmarks are made of: a few thousand different ones, rendered by the server's own code.

Each is a template. Two orders of one template differ in the number in all their ids, and in the time they
were published. Both are markers in the template, so that a million orders are a million replacements of text.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from django.db.models import Model

from orders import fragments
from orders.models import SalesOrder, Shipment, StatusEvent
from orders.publishing.drafts import Draft
from orders.publishing.events import PublishedEvent
from orders.publishing.publication import Publication
from testbed.events import story
from wire.times import format_time

NUMBER = 9_999_999_999
"""The marker of an order's number; every number has as many digits."""

TIME = datetime(2099, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
"""The marker of the time an order was published."""

FRAGMENT = "?fragment?"
"""The marker of the compressed document, in which no other marker can be found."""

ROWS = (SalesOrder, Shipment, StatusEvent)


@dataclass(frozen=True)
class Template:
    """The rows of one order, as lines of PostgreSQL's COPY by table, with the markers in them."""

    lines: dict[type[Model], str]
    document: str

    def filled(self, model: type[Model], number: int, time: datetime) -> str:
        """The lines for `model` of the order `number`, published at `time`."""
        lines = _filled(self.lines[model], number, time)
        if model is not SalesOrder:
            return lines
        document = _filled(self.document, number, time)
        return lines.replace(FRAGMENT, rf"\\x{fragments.make(document.encode(), format_time(time)).hex()}")


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


def _filled(text: str, number: int, time: datetime) -> str:
    return text.replace(str(NUMBER), str(number)).replace(format_time(TIME), format_time(time))


def _template(channel: str, partner: str, chance: random.Random, last_status: str | None) -> Template:
    draft = Draft(SalesOrder(channel_id=channel, partner_id=partner, order_id=f"FRIS{NUMBER}"))
    events = msgspec.convert(story(channel, partner, NUMBER, chance, last_status), list[PublishedEvent])
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
        },
        draft.order.document,
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
    if isinstance(value, bytes):
        return FRAGMENT
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
