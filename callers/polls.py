"""Who polls: for each caller and feed when, from where on, with which outcomes, and what it may have missed.

What is told here may be up to ten seconds old, and a skipped window some seconds older, because processes
gather polls in memory (callers.poll_memory).
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from callers.models import Scope
from callers.poll_memory import note_name
from callers.poll_notes import judged, to_time
from stores.notes import Content
from stores.shared import shared


@dataclass(frozen=True)
class Skipped:
    """A window that a caller was not given: it was given all up to `after`, and asked from `until` on."""

    after: datetime
    until: datetime
    seen_time: datetime


@dataclass(frozen=True)
class FeedPolls:
    """What is known of a caller's polls of a feed; times are None before the first poll that was answered.

    `outcomes` are those of two days: 200, 304, refused, limited (429) and failed, by the hour they happened
    in. `limited` is how many were limited in all. `skipped` has the newest ten windows, oldest first.
    """

    caller_id: int
    scope: Scope
    last_poll_time: datetime | None = None
    last_updated_since: datetime | None = None
    given_until: datetime | None = None
    outcomes: dict[datetime, dict[str, int]] = field(default_factory=dict)
    limited: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def recent_outcomes(self) -> Counter[str]:
        """How requests ended in this hour of the clock and in the one before."""
        since = datetime.now(UTC) - timedelta(hours=2)
        hours = (counts for hour, counts in self.outcomes.items() if hour > since)
        return sum(map(Counter, hours), Counter[str]())


def of_caller(caller_id: int) -> list[FeedPolls]:
    """What a caller polls, by channel and partner. Two round trips or queries. Raises Away."""
    return _read(shared().names(f"polls/{caller_id}/"))


def of_feeds(caller_id: int, scopes: Iterable[Scope]) -> dict[Scope, FeedPolls]:
    """What is known of a caller's polls of these feeds. One round trip or query. Raises Away."""
    names = [note_name(caller_id, scope.kind, scope.identifier) for scope in scopes]
    return {found.scope: found for found in _read(names)}


def all() -> list[FeedPolls]:
    """What everybody polls. Raises Away."""
    return _read(shared().names("polls/"))


def _read(names: list[str]) -> list[FeedPolls]:
    notes, now = shared().read(names), time.time()
    return [_shown(name, judged(notes[name], now)) for name in names if name in notes]


def _shown(name: str, note: Content) -> FeedPolls:
    _, caller_id, kind, identifier = name.split("/")
    outcomes = {
        datetime.fromtimestamp(int(hour) * 3600, UTC): counts for hour, counts in note["outcomes"].items()
    }
    return FeedPolls(
        caller_id=int(caller_id),
        scope=Scope(kind, identifier),
        last_poll_time=to_time(note["poll"]) if note["poll"] else None,
        last_updated_since=None if note["since"] is None else to_time(note["since"]),
        given_until=None if note["given"] is None else to_time(note["given"]),
        outcomes=dict(sorted(outcomes.items())),
        limited=sum(counts.get("limited", 0) for counts in outcomes.values()),
        skipped=[*_windows(note)],
    )


def _windows(note: Content) -> Iterator[Skipped]:
    for window in note["skipped"]:
        yield Skipped(*map(to_time, window))
