"""What the overview knows, as plain values: those of the page, and of the command's JSON."""

from dataclasses import dataclass, field
from datetime import datetime

from operators.overview.following import Followers

OUTCOMES = ("200", "304", "refused", "limited", "failed")
"""Of polls: something new, nothing new, errors of the caller, 429, errors of ours."""
EVENT_OUTCOMES = ("published", "revised", "deleted", "unchanged", "rejected")

Minutes = dict[str, list[tuple[datetime, int]]]


@dataclass(frozen=True)
class Publisher:
    """ALIVE; QUIET when the newest change is older than PUBLISHER_QUIET_SECONDS; EMPTY before the first."""

    state: str
    newest_change_time: datetime | None
    age_seconds: float | None
    quiet_after_seconds: int


@dataclass(frozen=True)
class Replica:
    """A server that pages are read from. `lag_seconds` is None where it does not answer.

    `is_standby` is False for one that was promoted, or that was never a replica.
    """

    address: str
    lag_seconds: float | None
    is_standby: bool | None


@dataclass(frozen=True)
class Traffic:
    """Counts of the last whole minute, and of the last hour; `failed_open` are uses that nobody counted."""

    polls_last_minute: dict[str, int]
    polls_last_hour: dict[str, int]
    events_last_minute: dict[str, int]
    events_last_hour: dict[str, int]
    failed_open_last_hour: int


@dataclass(frozen=True)
class Trouble:
    """A subscription that fails, is disabled, or holds orders, and why, in a sentence."""

    subscription_id: str
    pk: int
    caller: str
    caller_id: int
    kind: str
    identifier: str
    mechanism: str
    state: str
    held_orders: int
    reason: str


@dataclass(frozen=True)
class Process:
    """Whether `deliver` runs for orders, or for files: processes, leases held, and who waits for it."""

    processes: int
    leases: int
    subscriptions: int


@dataclass(frozen=True)
class Deliveries:
    """Subscriptions by state, what is held or late, and who delivers. `troubles` are the ten worst."""

    states: dict[str, int]
    orders: Process
    files: Process
    held_orders: int
    late_batches: int
    troubles: list[Trouble]


@dataclass(frozen=True)
class Overview:
    """Everything at `time`. A part is None when it could not be found out; `unknown` says why, by part."""

    time: datetime
    database_milliseconds: float | None = None
    publisher: Publisher | None = None
    deliveries: Deliveries | None = None
    followers: Followers | None = None
    traffic: Traffic | None = None
    limits_count: bool | None = None
    replicas: list[Replica] | None = None
    unknown: dict[str, str] = field(default_factory=dict)
