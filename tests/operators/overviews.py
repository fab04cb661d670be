"""What tests of the overview have happen."""

from datetime import UTC, datetime, timedelta
from typing import Any

from callers import poll_memory
from callers.administration import create_caller
from callers.models import Caller, Scope
from operators.overview.figures import Figure, figures
from operators.overview.gathering import gather
from orders.models import FeedClock
from stores import minutes

CHANNEL, PARTNER = Scope("channel", "lazada-th"), Scope("partner", "143")


def figure(key: str) -> Figure:
    """One figure, as it is now."""
    (found,) = [each for each in figures(gather()) if each.figure == key]
    return found


def caller(username: str, **grants: Any) -> int:
    """A new caller's primary key; without grants it may read CHANNEL."""
    create_caller(username=username, **grants or {"channels": ["lazada-th"]})
    return Caller.objects.get(username=username).pk


def polled(pk: int, given_until: datetime, scope: Scope = CHANNEL, since: datetime | None = None) -> None:
    """It polled the feed since a time, and was given all up to another."""
    poll_memory.note(pk, scope, "200", (since, given_until))
    minutes.flush()


def limited(pk: int, times: int) -> None:
    """It was answered 429 so often."""
    for _ in range(times):
        poll_memory.note(pk, CHANNEL, "limited")
    minutes.flush()


def age_of_newest_change(seconds: float) -> None:
    """Have the newest change be as old as that."""
    FeedClock.objects.update(last_time=datetime.now(UTC) - timedelta(seconds=seconds))
