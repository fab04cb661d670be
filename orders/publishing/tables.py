"""Publications into the tables: for orders that are locked or new, while the clock is locked."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Model

from callers.models import Scope
from orders.documents import KnownEvent
from orders.models import FeedClock, FeedHead, SalesOrder, Shipment, StatusEvent
from orders.publishing import bulk
from orders.publishing.publication import Publication

ORDER_COLUMNS = [
    "order_created_time",
    *settings.FILED_STATUSES,
    "updated_time",
    "representation",
    "document",
    "fragment",
    "fragment_time",
]
SHIPMENT_COLUMNS = ["tracking_id", "carrier"]
EVENT_COLUMNS = [field.name for field in StatusEvent._meta.concrete_fields if not field.primary_key]


def publish_orders(publications: Sequence[Publication]) -> None:
    """Take the clock, write the orders at its next times, and move the heads of their scopes."""
    times = FeedClock.advance(len(publications))
    write_orders(publications, times)
    newest: dict[Scope, datetime] = {}
    for publication, time in zip(publications, times, strict=True):
        newest[Scope("channel", publication.order.channel_id)] = time
        newest[Scope("partner", publication.order.partner_id)] = time
    FeedHead.objects.move(newest)


def write_orders(publications: Sequence[Publication], times: Iterable[datetime]) -> None:
    """Stamp each publication with its time, and write the order and its shipments."""
    for publication, time in zip(publications, times, strict=True):
        publication.stamp(time)
    _write(SalesOrder, [publication.order for publication in publications], ORDER_COLUMNS)
    shipments = [row for publication in publications for row in publication.changed_shipments()]
    _write(Shipment, shipments, SHIPMENT_COLUMNS)


def write_events(events: Iterable[KnownEvent]) -> None:
    """Write events whose orders and shipments are written."""
    rows = list(events)
    bulk.insert_many(StatusEvent, [row for row in rows if not row.is_stored])
    bulk.update_many(StatusEvent, [row for row in rows if row.is_stored], EVENT_COLUMNS)


def _write(model: type[Model], rows: Sequence[Model], columns: Sequence[str]) -> None:
    new = [row for row in rows if row.pk is None]
    known = [row for row in rows if row.pk is not None]
    bulk.insert_many(model, new)
    bulk.update_many(model, known, columns)
