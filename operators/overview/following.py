"""What the overview knows of those who poll, as plain values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Follower:
    """A caller that polls a feed, how many orders it was not given yet, and for how long the first waits."""

    caller: str
    caller_id: int
    kind: str
    identifier: str
    orders: int
    seconds: float
    last_poll_time: datetime | None


@dataclass(frozen=True)
class NeverPolled:
    """A grant that nobody has used. `is_known` is False where we have no such channel or partner yet."""

    caller: str
    caller_id: int
    kind: str
    identifier: str
    is_known: bool


@dataclass(frozen=True)
class Limited:
    """A caller that was answered 429, and how often in this hour of the clock and the one before it."""

    caller: str
    caller_id: int
    times: int


@dataclass(frozen=True)
class SkippedWindow:
    """A caller was given a feed up to `after`, and then asked from `until` on."""

    caller: str
    caller_id: int
    kind: str
    identifier: str
    after: datetime
    until: datetime
    seen_time: datetime


@dataclass(frozen=True)
class Followers:
    """Those who poll: the ten slowest, grants that nobody has used, and who was limited.

    `following` counts pairs of a caller and a feed, `behind` those that were not given everything yet.
    """

    following: int
    behind: int
    slowest: list[Follower]
    never_polled_count: int
    never_polled: list[NeverPolled]
    limited: list[Limited]
    skipped: list[SkippedWindow]
