"""How many confirmations may be sent, and when a mail that failed is tried again. Pure functions."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from delivery.outcome import Kind, Outcome

MAX_TO_ADDRESS, WEEK = 3, timedelta(days=7)
MAX_OF_CALLER, DAY = 20, timedelta(days=1)
GOOD_FOR = timedelta(days=7)
"""For which a confirmation may be answered."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""Before a mail is tried again; then every six hours."""
GIVE_UP_AFTER = timedelta(days=3)


def may_ask_at(to_address: Sequence[datetime], of_caller: Sequence[datetime], now: datetime) -> datetime:
    """When a confirmation may be sent, by the times of earlier ones to the address and of the caller."""
    times = [now]
    for sent, most, period in ((to_address, MAX_TO_ADDRESS, WEEK), (of_caller, MAX_OF_CALLER, DAY)):
        counted = sorted(time for time in sent if time > now - period)
        if len(counted) >= most:
            times.append(counted[-most] + period)
    return max(times)


def next_try(outcome: Outcome, tries: int, first: datetime, now: datetime) -> datetime | None:
    """When a mail that was tried `tries` times is tried again; None: never."""
    if outcome.kind in (Kind.DELIVERED, Kind.BLOCKED) or now - first >= GIVE_UP_AFTER:
        return None
    return now + WAITS[min(tries, len(WAITS)) - 1]
