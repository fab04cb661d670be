"""The only writer: published events in, changed orders out (contract, section 8)."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice

from django.db import IntegrityError, OperationalError, transaction

from orders.publishing import bulk
from orders.publishing.batch import Batch, Raced
from orders.publishing.drafts import Outcome
from orders.publishing.events import Event, EventRefused, Line, read_event
from stores.waits import allow_long_waits

logger = logging.getLogger(__name__)

BATCH_SIZE = 1000
ATTEMPTS = 10


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


Numbered = tuple[int, Line]


def publish(
    lines: Iterable[Line],
    *,
    batch_size: int = BATCH_SIZE,
    on_rejected: Callable[[Rejected], None] = lambda rejected: None,
    on_progress: Callable[[Summary], None] = lambda summary: None,
) -> Summary:
    """Publish events, given as JSON lines or as dicts of the same shape; blank lines are passed over.

    Each `batch_size` lines are one transaction, or several where others publish the same. Killed at any
    point and run again from the start, the result is the same as if it had run once. A line that cannot be
    accepted goes to `on_rejected`, the others go in. Must not be called inside a transaction: its lock on
    the clock would last until that ends.
    """
    total = Summary()
    for batch in _batches(lines, batch_size):
        summary, rejected = _publish_batch(batch)
        for refusal in rejected:
            on_rejected(refusal)
        total.add(summary)
        on_progress(total)
    return total


def _batches(lines: Iterable[Line], size: int) -> Iterator[list[Numbered]]:
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if not _is_blank(line))
    while batch := list(islice(numbered, size)):
        yield batch


def _is_blank(line: Line) -> bool:
    return isinstance(line, bytes) and not line.strip()


def _publish_batch(lines: list[Numbered]) -> tuple[Summary, list[Rejected]]:
    unreadable: list[Rejected] = []
    events: list[tuple[int, Line, Event]] = []
    for number, line in lines:
        try:
            events.append((number, line, read_event(line)))
        except EventRefused as refusal:
            unreadable.append(Rejected(number, str(refusal), line))
    summary, refused = _apply_until_unraced(events) if events else (Summary(), [])
    summary.rejected += len(unreadable)
    return summary, sorted([*unreadable, *refused], key=lambda rejected: rejected.number)


def _apply_until_unraced(events: list[tuple[int, Line, Event]]) -> tuple[Summary, list[Rejected]]:
    """Another publisher may have created what we were about to create; then begin again, and see it.

    A large batch may lose every time. In halves, and in the end line by line, it does not: what a line
    creates can be lost only once, for then it is there.
    """
    for attempt in range(1, ATTEMPTS):
        try:
            return _apply(events)
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
