"""What was accepted beyond a position, as it is saved: a process that is killed has it sent again by nobody.

An order that takes long holds the position back, while others after it are accepted. They are named by their
times, because no two changes have the same: microseconds after the position, behind the generation.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from delivery.models import Subscription

MICROSECOND = timedelta(microseconds=1)


def write(generation: int, position: datetime, times: Iterable[datetime]) -> str:
    """Empty where nothing lies beyond the position."""
    after = sorted((time - position) // MICROSECOND for time in times)
    return f"{generation}: {' '.join(map(str, after))}" if after else ""


def read(row: Subscription) -> set[datetime]:
    """The times. Those of before a replay mean nothing."""
    generation, _, after = row.ahead.partition(":")
    if generation != str(row.generation):
        return set()
    return {row.position + int(text) * MICROSECOND for text in after.split()}
