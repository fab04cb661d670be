"""Which of many positions in feeds are the furthest behind, in a few queries however many there are."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import IntegerField, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from callers.models import Scope
from orders.behind import MAX_COUNTED
from orders.models import FeedClock, SalesOrder, SalesOrderQuerySet

SHOWN = 10
AT_ONCE = 100
"""Positions asked about in one query, which reads one entry of an index for each."""
MAX_QUERIES = 3


class Position(NamedTuple):
    """A caller was given everything of a feed up to a time."""

    scope: Scope
    given_until: datetime
    caller_id: int

    def later(self) -> SalesOrderQuerySet:
        """What was not given yet."""
        return SalesOrder.objects.visible_to(self.scope).updated_after(self.given_until)


class Behind(NamedTuple):
    """How many orders, up to 10,000, were not given for a `position`, and for how long the first waits."""

    position: Position
    orders: int
    seconds: float


class Counted(Subquery):
    """How many rows a query has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def slowest(positions: Sequence[Position]) -> list[Behind]:
    """The ten whose first waits longest, of those that are behind. At most four queries.

    Those that were given the oldest times are asked about first; past MAX_QUERIES of them the rest is left
    out. That happens only where hundreds are behind of feeds that had been quiet for long.
    """
    waiting: list[tuple[Position, float]] = []
    ordered = sorted(positions, key=lambda position: position.given_until)
    for chunk in _chunks(ordered):
        waiting = sorted([*waiting, *_waits(chunk)], key=lambda found: -found[1])[:SHOWN]
    counts = _row([Counted(found.later().values("pk")[:MAX_COUNTED]) for found, _ in waiting])
    return [Behind(found, count, seconds) for (found, seconds), count in zip(waiting, counts, strict=True)]


def _chunks(positions: Sequence[Position]) -> Iterator[Sequence[Position]]:
    for first in range(0, min(len(positions), AT_ONCE * MAX_QUERIES), AT_ONCE):
        yield positions[first : first + AT_ONCE]


def _waits(positions: Sequence[Position]) -> Iterator[tuple[Position, float]]:
    """Those that are behind, with the seconds for which the first order waits, by the database's clock."""
    firsts = [Subquery(position.later().in_feed_order().values("updated_time")[:1]) for position in positions]
    now, *times = _row([Now(), *firsts])
    for position, first in zip(positions, times, strict=True):
        if first is not None:
            yield position, round(max(now - first, timedelta(0)).total_seconds(), 3)


def _row(expressions: Sequence[Combinable]) -> Sequence[Any]:
    """The values of these expressions, in one query."""
    columns = {f"column_{number}": expression for number, expression in enumerate(expressions)}
    return FeedClock.objects.annotate(**columns).values_list(*columns).get() if columns else ()
