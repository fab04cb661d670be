"""What was accepted beyond a position, as it is saved: a process that is killed has it sent again by nobody.

An order that takes long holds the position back, while others after it are accepted. They are named by their
times, because no two changes have the same: microseconds after the position, behind generation and position.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from delivery.models import Subscription

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def write(generation: int, position: datetime, times: Iterable[datetime]) -> str:
    """Empty where nothing lies beyond the position."""
    after = sorted((time - position) // MICROSECOND for time in times)
    return f"{_of(generation, position)}: {' '.join(map(str, after))}" if after else ""


def read(row: Subscription) -> set[datetime]:
    """The times. Those of another generation or position, as of before a replay, mean nothing."""
    whose, _, after = row.ahead.partition(":")
    if whose != _of(row.generation, row.position):
        return set()
    return {row.position + int(text) * MICROSECOND for text in after.split()}


def _of(generation: int, position: datetime) -> str:
    return f"{generation} {(position - EPOCH) // MICROSECOND}"
