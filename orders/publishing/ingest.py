"""The only writer: published events in, changed orders out (contract, section 8)."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from django.db import IntegrityError, OperationalError, transaction

from orders.publishing import bulk
from orders.publishing.batch import Batch, Raced, TooHeavy
from orders.publishing.counting import count_batch
from orders.publishing.decoding import read_event
from orders.publishing.drafts import Outcome
from orders.publishing.events import Event, EventRefused, Line
from orders.publishing.outages import survive
from orders.publishing.stream import MAX_WAIT_SECONDS, Numbered, batches_of
from stores.waits import allow_long_waits

logger = logging.getLogger(__name__)

BATCH_SIZE = 1000
MAX_ATTEMPTS = 10


@dataclass(frozen=True)
class Rejected:
    """A line that could not be accepted: its number, counted from 1, why, and the line itself."""

    number: int
    reason: str
    line: Line


@dataclass
class Summary:
    """How many lines ended how."""

    published: int = 0
    revised: int = 0
    deleted: int = 0
    unchanged: int = 0
    rejected: int = 0

    def add(self, other: "Summary") -> None:
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)

    @property
    def total(self) -> int:
        return sum(asdict(self).values())


def publish(
    lines: Iterable[Line],
    *,
    batch_size: int = BATCH_SIZE,
    max_wait: float | None = MAX_WAIT_SECONDS,
    database_timeout: float = 0,
    on_rejected: Callable[[Rejected], None] = lambda rejected: None,
    on_progress: Callable[[Summary], None] = lambda summary: None,
) -> Summary:
    """Publish events, given as JSON lines or as dicts of the same shape; blank lines are passed over.

    Up to `batch_size` lines are one transaction, or several where others publish the same. Killed at any
    point and run again from the start, the result is the same as if it had run once. A line that cannot be
    accepted goes to `on_rejected`, the others go in. Must not be called inside a transaction: its lock on
    the clock would last until that ends.

    `lines` may be slow or endless: what was read is published after `max_wait` seconds at the latest. For
    that anything but a list or a tuple is read in a thread of its own. With `max_wait` None it is not, and
    batches are full. What the source raises is raised when all that it gave before is published.

    A database that goes away is waited for, `database_timeout` seconds; then, or at once, django.db.Error is
    raised, and `on_progress` was last called with what is published for certain.
    """
    total = Summary()
    with batches_of(lines, batch_size, max_wait) as batches:
        for batch in batches:
            started = time.monotonic()
            summary, rejected = _publish_batch(batch, database_timeout)
            count_batch(asdict(summary), time.monotonic() - started)
            for refusal in rejected:
                on_rejected(refusal)
            total.add(summary)
            on_progress(total)
    return total


def _publish_batch(lines: list[Numbered], database_timeout: float) -> tuple[Summary, list[Rejected]]:
    unreadable: list[Rejected] = []
    events: list[tuple[int, Line, Event]] = []
    for number, line in lines:
        try:
            events.append((number, line, read_event(line)))
        except EventRefused as refusal:
            unreadable.append(Rejected(number, str(refusal), line))
    summary, refused = Summary(), list[Rejected]()
    if events:
        summary, refused = survive(lambda: _apply_until_unraced(events), database_timeout)
    summary.rejected += len(unreadable)
    return summary, sorted([*unreadable, *refused], key=lambda rejected: rejected.number)


def _apply_until_unraced(events: list[tuple[int, Line, Event]]) -> tuple[Summary, list[Rejected]]:
    """Apply and commit; begin again if another publisher has created what we were about to create.

    A large batch may lose this race every time, or concern more than memory should hold. Halves, and in the
    end single lines, do not: what a line creates is there after the race is lost once.
    """
    for attempt in range(1, MAX_ATTEMPTS):
        try:
            return _apply(events)
        except TooHeavy:
            break
        except (IntegrityError, Raced, OperationalError) as error:
            if isinstance(error, OperationalError) and not bulk.is_serialization_failure(error):
                raise
            logger.info("batch begins again after attempt %d: %s", attempt, type(error).__name__)
            time.sleep(0.01 * attempt)
    if len(events) == 1:
        return _apply(events)
    middle = len(events) // 2
    summary, refused = _apply_until_unraced(events[:middle])
    others, refused_too = _apply_until_unraced(events[middle:])
    summary.add(others)
    return summary, [*refused, *refused_too]


def _apply(events: list[tuple[int, Line, Event]]) -> tuple[Summary, list[Rejected]]:
    summary, refused = Summary(), []
    with transaction.atomic(durable=True):
        allow_long_waits()
        batch = Batch.lock([event for _, _, event in events])
        for number, line, event in events:
            outcome: Outcome = "rejected"
            try:
                outcome = batch.apply(event)
            except EventRefused as refusal:
                refused.append(Rejected(number, str(refusal), line))
            setattr(summary, outcome, getattr(summary, outcome) + 1)
        batch.write()
    return summary, refused
