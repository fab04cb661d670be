"""Forgetting: orders whose last change is old are removed, oldest change first (contract, section 8).

The order of the feed matters. A mark says that all orders of its channel or partner up to it are gone. So
who begins again, and is somewhere between the orders that are left, is not sent back to the beginning.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import accumulate, islice, takewhile

from django.db import transaction
from django.db.models import Count

from callers.models import Scope
from orders.models import FeedHead, Forgotten, SalesOrder, StatusEvent
from orders.publishing.outages import survive
from orders.publishing.removing import remove
from orders.statuses import OrderStatus
from stores.waits import allow_long_waits

BATCH_SIZE = 100
MAX_EVENTS = 1_000
"""Of the orders of a batch, but for its first: they are locked for some 20 ms while so many are removed."""
PAGE = 50
PAUSE_SECONDS = 0.02
"""Until an order that a publisher has locked is tried again."""
PATIENCE_SECONDS = 60
DATABASE_TIMEOUT = 60
FINISHED = (OrderStatus.COMPLETED, OrderStatus.CANCELED)
COLUMNS = ("channel_id", "partner_id", "order_status", "updated_time")

Old = tuple[datetime, int]
"""`updatedTime` and primary key of an order. No two have the same time."""


class OrderLocked(Exception):
    """An order is locked by somebody for a minute, and those after it in the feed must wait for it."""


@dataclass
class Removed:
    """How many orders were removed, and how many of them had not been finished."""

    orders: int = 0
    unfinished: int = 0


def forget(*, before: datetime, on_progress: Callable[[Removed], None] = lambda removed: None) -> Removed:
    """Remove all orders whose last change was before a time, whatever their status.

    A transaction removes up to 100, and takes no lock but those of what it removes. Publishing goes on
    meanwhile: an order that changes is not removed. Killed at any point and run again, the result is the same
    as if it had run once. Raises OrderLocked.
    """
    total, old = Removed(), _oldest_first(before)
    waiting, last_moved = list(islice(old, BATCH_SIZE)), time.monotonic()
    while waiting:
        batch = _light(waiting)
        done, removed = survive(lambda: _remove(batch), DATABASE_TIMEOUT)  # noqa: B023 - called at once
        total.orders += removed.orders
        total.unfinished += removed.unfinished
        on_progress(total)
        waiting = [*waiting[done:], *islice(old, done)]
        if done:
            last_moved = time.monotonic()
        elif time.monotonic() - last_moved > PATIENCE_SECONDS:
            raise OrderLocked
        else:
            time.sleep(PAUSE_SECONDS)
    return total


def count(*, before: datetime) -> Removed:
    """What would be removed. A query for each channel, which reads an index."""
    found = Removed()
    for channel in _channels():
        with transaction.atomic(durable=True):
            allow_long_waits()
            _count(channel, before, found)
    return found


def _count(channel: str, before: datetime, found: Removed) -> None:
    old = SalesOrder.objects.visible_to(Scope("channel", channel)).filter(updated_time__lt=before)
    for status, number in old.values_list("order_status").annotate(Count("pk")):
        found.orders += number
        found.unfinished += number if status not in FINISHED else 0


def _channels() -> list[str]:
    return list(FeedHead.objects.filter(kind="channel").values_list("identifier", flat=True))


def _oldest_first(before: datetime) -> Iterator[Old]:
    """The orders of all channels, in the order of the feed, of which no index spans all channels."""
    return merge(*(_of_channel(channel, before) for channel in _channels()))


def _of_channel(channel: str, before: datetime) -> Iterator[Old]:
    old = SalesOrder.objects.visible_to(Scope("channel", channel)).filter(updated_time__lt=before)
    columns = old.in_feed_order().values_list("updated_time", "pk")
    page = list(columns[:PAGE])
    while page:
        yield from page
        page = list(columns.filter(updated_time__gt=page[-1][0])[:PAGE])


def _light(waiting: list[Old]) -> list[Old]:
    """The first of these orders, as many as have 1,000 events together, and one at least."""
    pks = [pk for _, pk in waiting]
    counts = dict(StatusEvent.objects.filter(order__in=pks).values_list("order").annotate(Count("pk")))
    sums = accumulate(counts.get(pk, 0) for pk in pks)
    fitting = [old for old, events in zip(waiting, sums, strict=True) if events <= MAX_EVENTS]
    return fitting or waiting[:1]


@transaction.atomic(durable=True)
def _remove(batch: list[Old]) -> tuple[int, Removed]:
    """Remove orders up to the first that somebody has locked; how many of the batch are dealt with.

    One that has changed is dealt with. Nobody is waited for while orders are locked.
    """
    times = {pk: updated_time for updated_time, pk in batch}
    wanted = SalesOrder.objects.filter(pk__in=times)
    locked = {row.pk: row for row in wanted.select_for_update(skip_locked=True).order_by("pk").only(*COLUMNS)}
    others = wanted.exclude(pk__in=locked).values_list("pk", "updated_time")
    busy = {pk for pk, updated_time in others if updated_time == times[pk]}
    front = [pk for _, pk in takewhile(lambda old: old[1] not in busy, batch)]
    rows = [locked[pk] for pk in front if pk in locked and locked[pk].updated_time == times[pk]]
    if rows:
        Forgotten.objects.move(_newest(rows))
        remove([row.pk for row in rows])
    return len(front), Removed(len(rows), sum(row.order_status not in FINISHED for row in rows))


def _newest(rows: list[SalesOrder]) -> dict[Scope, datetime]:
    """The newest time of each channel and partner; the rows are in the order of the feed."""
    newest: dict[Scope, datetime] = {}
    for row in rows:
        newest[Scope("channel", row.channel_id)] = row.updated_time
        newest[Scope("partner", row.partner_id)] = row.updated_time
    return newest
