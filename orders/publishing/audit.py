"""Check the promises on live data. Each finding is a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Count

from orders.documents import Document, to_text
from orders.models import REPRESENTATION, FeedClock, FeedHead, SalesOrder, SalesOrderQuerySet
from orders.publishing import bulk
from orders.publishing.batch import Batch
from orders.publishing.drafts import Draft
from orders.publishing.filing import is_filed
from orders.publishing.loading import first_fitting
from orders.publishing.publication import has_its_fragment
from stores.waits import allow_long_waits
from wire.times import format_time

BATCH_SIZE = 200


@dataclass(frozen=True)
class Finding:
    """What is wrong. `order`: the primary key of the order that rendering again repairs, if there is one."""

    sentence: str
    order: int | None = None


def audit(orders: SalesOrderQuerySet) -> Iterator[Finding]:
    """Yield all that is wrong with `orders`. Publishing goes on meanwhile, and never waits for an audit.

    It reads up to 200 orders at a time, and the clock, as they were at one moment.
    """
    with _one_moment():
        findings = [*_times_twice(orders), *_stale_heads(orders)]
    yield from findings
    last: int | None = 0
    while last is not None:
        with _one_moment():
            last, findings = _batch_after(last, orders)
        yield from findings


@contextmanager
def _one_moment() -> Iterator[None]:
    with transaction.atomic(durable=True):
        bulk.read_only_snapshot()
        allow_long_waits()
        yield


def _times_twice(orders: SalesOrderQuerySet) -> Iterator[Finding]:
    """Times that several orders have, because no constraint of the database spans all channels.

    One query, which reads the whole table.
    """
    twice = SalesOrder.objects.values("updated_time").annotate(count=Count("pk")).filter(count__gt=1)
    for row in twice.filter(updated_time__in=orders.values("updated_time")).order_by("updated_time"):
        yield Finding(f"{row['count']} orders have the updatedTime {format_time(row['updated_time'])}.")


def _batch_after(last: int, orders: SalesOrderQuerySet) -> tuple[int | None, list[Finding]]:
    """The findings of the next batch, and the last primary key in it, or None if no order is left."""
    pks = list(orders.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE])
    pks, newest = first_fitting(pks), FeedClock.newest()
    findings = [found for draft in Batch.load(pks).drafts.values() for found in _order(draft, newest)]
    return (pks[-1] if pks else None), findings


def _stale_heads(orders: SalesOrderQuerySet) -> Iterator[Finding]:
    """Heads that hide newer orders from processes that remember heads. Three queries."""
    for scope, time in FeedHead.objects.stale(orders.newest_by_scope()).items():
        yield Finding(f"The head of {scope.kind} {scope.identifier} is older than {format_time(time)}.")


def _order(draft: Draft, newest: datetime) -> Iterator[Finding]:
    order = draft.order
    name = f"Order {order.order_id} of channel {order.channel_id}"
    if order.updated_time > newest:
        yield Finding(f"{name} is newer than the feed clock.", order.pk)
    if not draft.events:
        yield Finding(f"{name} has no event.")
        return
    events = [event for event in draft.events.values() if not event.deleted and event.updated_time]
    if any(event.updated_time and event.updated_time > order.updated_time for event in events):
        yield Finding(f"{name} has an event newer than itself.", order.pk)
    document = draft.render()
    if order.document != to_text(document):
        yield Finding(f"{name} has a document that its events do not render to.", order.pk)
    if not is_filed(order, document):
        yield Finding(f"{name} is filed under another status than its events amount to.", order.pk)
    if order.representation == REPRESENTATION and not has_its_fragment(order):
        yield Finding(f"{name} has no fragment that is its document compressed.", order.pk)
    yield from (Finding(f"{name} {what}.", order.pk) for what in _shown_wrongly(draft))


def _shown_wrongly(draft: Draft) -> Iterator[str]:
    try:
        shown = [entry["eventId"] for entry in _entries(orjson.loads(draft.order.document))]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        yield "has a document that is not an order"
        return
    if len(shown) != len(set(shown)):
        yield "shows an event twice"
    deleted = {event_id for event_id, event in draft.events.items() if event.deleted}
    if deleted & set(shown):
        yield "shows a deleted event"


def _entries(document: Document) -> Iterator[dict[str, Any]]:
    for owner in (document, *document["shipments"]):
        yield from owner["statusHistory"]
