"""Drafts into the tables. Only under the clock's lock, and for orders that are locked or new."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Model

from callers.models import Scope
from orders.documents import Document
from orders.models import FeedClock, FeedHead, SalesOrder, Shipment, StatusEvent
from orders.publishing import bulk
from orders.publishing.drafts import COPIED, Draft

ORDER_COLUMNS = [
    "order_created_time",
    *settings.FILED_STATUSES,
    "updated_time",
    "representation",
    "document",
]
SHIPMENT_COLUMNS = ["tracking_id", "carrier"]
EVENT_COLUMNS = ["deleted", "order", "shipment", "updated_time", *COPIED]

Settled = tuple[Draft, Document]


def publish_orders(settled: Sequence[Settled]) -> None:
    """Take the clock, write what is `settled` as published now, and move the heads of its scopes."""
    times = FeedClock.advance(len(settled))
    write_orders(settled, times)
    newest: dict[Scope, datetime] = {}
    for (draft, _), time in zip(settled, times, strict=True):
        newest[Scope("channel", draft.order.channel_id)] = time
        newest[Scope("partner", draft.order.partner_id)] = time
    FeedHead.objects.move(newest)


def write_orders(settled: Sequence[Settled], times: Iterable[datetime]) -> None:
    """Stamp each draft's document with its time and write the order and its shipments."""
    for (draft, document), time in zip(settled, times, strict=True):
        draft.stamp(document, time)
    _write(SalesOrder, [draft.order for draft, _ in settled], ORDER_COLUMNS)
    for draft, _ in settled:
        for shipment in draft.shipments.values():
            shipment.order_id = draft.order.pk
    shipments = [row for draft, document in settled for row in draft.changed_shipments(document)]
    _write(Shipment, shipments, SHIPMENT_COLUMNS)


def write_events(events: Iterable[StatusEvent]) -> None:
    """Write events whose orders and shipments are there."""
    _write(StatusEvent, list(events), EVENT_COLUMNS)


def _write(model: type[Model], rows: Sequence[Model], columns: Sequence[str]) -> None:
    new = [row for row in rows if row._state.adding]
    known = [row for row in rows if not row._state.adding]
    bulk.insert_many(model, new)
    bulk.update_many(model, known, columns)
