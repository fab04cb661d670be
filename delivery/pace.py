"""How a subscription goes on after an attempt: pure decisions, made from data and answered as data.

Waits are in seconds, times are aware datetimes. Nothing here looks at a clock, and chance is handed in.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from delivery.outcome import Kind, Outcome

RECEIVER_WAITS = (5, 30, 120, 300, 900, 1800, 3600)
"""Before a receiver that failed, or asked for less without saying how long, is tried again; then hourly."""
HELD_WAITS = (10, 60, 600, 3600, 21_600)
"""Before an order that was refused is tried again; then every six hours."""
JITTER = 0.2
MAX_REFUSED_IN_A_ROW = 10
MAX_RETRY_AFTER = 24 * 3600
GIVE_UP_AFTER = timedelta(days=5)
"""Since the first failure: of a subscription without a success, and of an order that is held."""


@dataclass(frozen=True)
class State:
    """What pacing knows of a subscription.

    `refused` are the orders that failed since the last success. `concurrency` is how many deliveries may be
    under way. Until `next_time` nothing is sent; then, while `failures` is above 0, one delivery probes.
    """

    concurrency: int = 1
    failures: int = 0
    failing_since: datetime | None = None
    paced: int = 0
    next_time: datetime | None = None
    refused: frozenset[tuple[str, str]] = frozenset()
    disabled: str = ""

    def is_stopped(self, now: datetime) -> bool:
        """Whether nothing may be sent yet."""
        return self.next_time is not None and now < self.next_time

    def may_send(self, now: datetime, under_way: int) -> bool:
        """Whether one more delivery may begin."""
        if self.disabled or self.is_stopped(now):
            return False
        return under_way < self.allowed

    @property
    def allowed(self) -> int:
        """How many deliveries may be under way: one while it fails, or while orders are being refused."""
        return 1 if self.failures or self.refused else self.concurrency


def after(  # noqa: C901, PLR0911 - one for each kind of outcome
    state: State, outcome: Outcome, order: tuple[str, str], *, now: datetime, limit: int, chance: float
) -> State:
    """The state after an attempt for `order`. `limit` is the subscription's concurrency, `chance` 0 to 1.

    Several are under way when a receiver begins to fail or asks for less: that is one failure, not several.
    """
    if state.disabled:
        return state
    if outcome.disables:
        return replace(state, disabled=outcome.disables)
    match outcome.kind:
        case Kind.DELIVERED:
            return _delivered(state, now, limit)
        case Kind.PACED:
            return _paced(state, outcome, now)
        case Kind.GONE:
            return replace(state, disabled="GONE")
        case Kind.BLOCKED:
            return replace(state, disabled="ADDRESS_REFUSED")
        case Kind.REFUSED:
            return _refused(state, order, now, chance)
        case Kind.FAILED:
            return _failed(state, now, chance)


def seconds_between(rate: str | None) -> float:
    """How far deliveries must be apart for `600/m`; 0 without a rate."""
    if not rate:
        return 0.0
    number, _, unit = rate.partition("/")
    return {"s": 1, "m": 60, "h": 3600}[unit] / int(number)


def _delivered(state: State, now: datetime, limit: int) -> State:
    """One more at once. A receiver that asked for less meanwhile is still left alone until then."""
    if state.is_stopped(now) and not state.failures:
        return replace(state, refused=frozenset(), failing_since=None)
    return State(concurrency=min(limit, state.concurrency + 1))


def _paced(state: State, outcome: Outcome, now: datetime) -> State:
    """Half as many at once, and nothing before the receiver wants more. That is not failing."""
    said = outcome.retry_after
    wait = min(said, MAX_RETRY_AFTER) if said else _wait(RECEIVER_WAITS, state.paced)
    if state.next_time and state.is_stopped(now):
        later = now + timedelta(seconds=wait if said else 0)
        return replace(state, next_time=max(state.next_time, later))
    return replace(
        state,
        concurrency=max(1, state.concurrency // 2),
        paced=state.paced + (0 if said else 1),
        next_time=now + timedelta(seconds=wait),
    )


def _refused(state: State, order: tuple[str, str], now: datetime, chance: float) -> State:
    """One at a time from now on; the tenth different order in a row means that the receiver fails."""
    if state.failures and state.is_stopped(now):
        return state
    refused = state.refused | {order}
    since = state.failing_since or now
    if state.failures or len(refused) >= MAX_REFUSED_IN_A_ROW or now - since >= GIVE_UP_AFTER:
        return _failed(state, now, chance)
    return replace(state, refused=refused, failing_since=since, concurrency=1)


def _failed(state: State, now: datetime, chance: float) -> State:
    """Stopped; one delivery probes after a wait, until nothing came through for five days."""
    if state.failures and state.is_stopped(now):
        return state
    since = state.failing_since or now
    seconds = _wait(RECEIVER_WAITS, state.failures) * (1 + JITTER * (2 * chance - 1))
    next_time = now + timedelta(seconds=seconds)
    return replace(
        state,
        concurrency=1,
        failures=state.failures + 1,
        failing_since=since,
        refused=frozenset(),
        next_time=max(next_time, state.next_time or next_time),
        disabled="NO_SUCCESS" if now - since >= GIVE_UP_AFTER else "",
    )


def next_try_of_held(tries: int, held_since: datetime, now: datetime) -> datetime | None:
    """When an order that was tried `tries` times is tried again; None: it is given up."""
    if now - held_since >= GIVE_UP_AFTER:
        return None
    return now + timedelta(seconds=_wait(HELD_WAITS, max(0, tries - 1)))


def _wait(waits: tuple[int, ...], step: int) -> int:
    return waits[min(step, len(waits) - 1)]
