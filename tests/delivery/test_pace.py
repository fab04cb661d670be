"""Every decision about how a subscription goes on, as a table: a state and an outcome give the next state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from delivery import pace
from delivery.outcome import Kind, Outcome
from delivery.pace import State

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORDER = ("lazada-th", "O-1")
NINE = frozenset(("lazada-th", f"X-{number}") for number in range(9))
LONG_AGO = NOW - timedelta(days=5)


def in_(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def after(state: State, outcome: Outcome, limit: int = 8) -> State:
    """Without chance: the waits are those of the contract."""
    return pace.after(state, outcome, ORDER, now=NOW, limit=limit, chance=0.5)


DELIVERED = Outcome(Kind.DELIVERED)
REFUSED = Outcome(Kind.REFUSED)
FAILED = Outcome(Kind.FAILED)
CASES = {
    "a success adds one at once": (State(concurrency=3), DELIVERED, State(concurrency=4)),
    "up to the limit": (State(concurrency=8), DELIVERED, State(concurrency=8)),
    "a success ends failing": (State(failures=4, failing_since=NOW), DELIVERED, State(concurrency=2)),
    "a success forgets refusals": (State(refused=NINE, failing_since=NOW), DELIVERED, State(concurrency=2)),
    "429 with a wait": (
        State(concurrency=8),
        Outcome(Kind.PACED, retry_after=7),
        State(concurrency=4, next_time=in_(7)),
    ),
    "429 never below one": (
        State(concurrency=1),
        Outcome(Kind.PACED, retry_after=1),
        State(concurrency=1, next_time=in_(1)),
    ),
    "429 for ten years is a day": (
        State(),
        Outcome(Kind.PACED, retry_after=10 * 365 * 86_400),
        State(next_time=in_(86_400)),
    ),
    "429 without a wait": (State(), Outcome(Kind.PACED), State(paced=1, next_time=in_(5))),
    "429 again without a wait": (State(paced=1), Outcome(Kind.PACED), State(paced=2, next_time=in_(30))),
    "429 for long": (State(paced=50), Outcome(Kind.PACED), State(paced=51, next_time=in_(3600))),
    "pacing is not failing": (
        State(failures=2, failing_since=LONG_AGO),
        Outcome(Kind.PACED, retry_after=9),
        State(failures=2, failing_since=LONG_AGO, next_time=in_(9)),
    ),
    "gone": (State(), Outcome(Kind.GONE), State(disabled="GONE")),
    "a refused address": (State(), Outcome(Kind.BLOCKED), State(disabled="ADDRESS_REFUSED")),
    "an order refused": (
        State(concurrency=8),
        REFUSED,
        State(concurrency=1, refused=frozenset({ORDER}), failing_since=NOW),
    ),
    "the tenth order refused in a row": (
        State(refused=NINE, failing_since=NOW),
        REFUSED,
        State(failures=1, failing_since=NOW, next_time=in_(5)),
    ),
    "the same order refused again": (
        State(refused=frozenset({ORDER}), failing_since=NOW),
        REFUSED,
        State(refused=frozenset({ORDER}), failing_since=NOW),
    ),
    "one order refused for five days": (
        State(refused=frozenset({ORDER}), failing_since=LONG_AGO),
        REFUSED,
        State(failures=1, failing_since=LONG_AGO, next_time=in_(5), disabled="NO_SUCCESS"),
    ),
    "no connection": (State(concurrency=8), FAILED, State(failures=1, failing_since=NOW, next_time=in_(5))),
    "a probe refused": (
        State(failures=1, failing_since=NOW),
        REFUSED,
        State(failures=2, failing_since=NOW, next_time=in_(30)),
    ),
    "no connection for long": (
        State(failures=40, failing_since=NOW),
        FAILED,
        State(failures=41, failing_since=NOW, next_time=in_(3600)),
    ),
    "a second one that was under way when it failed": (
        State(failures=1, failing_since=NOW, next_time=in_(5)),
        FAILED,
        State(failures=1, failing_since=NOW, next_time=in_(5)),
    ),
    "an answer of 500 that was under way when it failed": (
        State(failures=1, failing_since=NOW, next_time=in_(5)),
        REFUSED,
        State(failures=1, failing_since=NOW, next_time=in_(5)),
    ),
    "a second 429 that was under way": (
        State(concurrency=4, paced=1, next_time=in_(5)),
        Outcome(Kind.PACED),
        State(concurrency=4, paced=1, next_time=in_(5)),
    ),
    "a second 429 that asks for longer": (
        State(concurrency=4, next_time=in_(5)),
        Outcome(Kind.PACED, retry_after=60),
        State(concurrency=4, next_time=in_(60)),
    ),
    "a success that was under way when it was paced": (
        State(concurrency=4, paced=1, next_time=in_(5)),
        DELIVERED,
        State(concurrency=4, paced=1, next_time=in_(5)),
    ),
    "a success that was under way when it failed": (
        State(failures=1, failing_since=NOW, next_time=in_(5)),
        DELIVERED,
        State(concurrency=2),
    ),
    "no connection while it is paced for long": (
        State(next_time=in_(600)),
        FAILED,
        State(failures=1, failing_since=NOW, next_time=in_(600)),
    ),
    "a success that was under way when it was gone": (
        State(disabled="GONE"),
        DELIVERED,
        State(disabled="GONE"),
    ),
    "no connection for five days": (
        State(failures=99, failing_since=LONG_AGO),
        FAILED,
        State(failures=100, failing_since=LONG_AGO, next_time=in_(3600), disabled="NO_SUCCESS"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_comes_after(case: str) -> None:
    before, outcome, expected = CASES[case]

    assert after(before, outcome) == expected


@pytest.mark.parametrize(("step", "wait"), [*enumerate([5, 30, 120, 300, 900, 1800, 3600, 3600])])
def test_a_failing_receiver_is_tried_less_and_less_often(step: int, wait: int) -> None:
    state = after(State(failures=step, failing_since=NOW), FAILED)

    assert state.next_time == in_(wait)


@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
def test_waits_differ_by_a_fifth(chance: float, factor: float) -> None:
    state = pace.after(State(), FAILED, ORDER, now=NOW, limit=8, chance=chance)

    assert state.next_time == in_(5 * factor)


@pytest.mark.parametrize(
    ("state", "under_way", "may"),
    [
        (State(concurrency=3), 2, True),
        (State(concurrency=3), 3, False),
        (State(concurrency=3, failures=1), 0, True),
        (State(concurrency=3, failures=1), 1, False),
        (State(concurrency=3, refused=NINE), 0, True),
        (State(concurrency=3, refused=NINE), 1, False),
        (State(next_time=in_(1)), 0, False),
        (State(next_time=NOW), 0, True),
        (State(disabled="GONE"), 0, False),
    ],
)
def test_when_a_delivery_may_begin(state: State, under_way: int, may: bool) -> None:
    assert state.may_send(NOW, under_way) is may


@pytest.mark.parametrize(
    ("tries", "wait"), [(1, 10), (2, 60), (3, 600), (4, 3600), (5, 21_600), (20, 21_600)]
)
def test_a_held_order_is_tried_again(tries: int, wait: int) -> None:
    assert pace.next_try_of_held(tries, NOW, NOW) == in_(wait)


def test_a_held_order_is_given_up_after_five_days() -> None:
    assert pace.next_try_of_held(9, LONG_AGO, NOW) is None
    assert pace.next_try_of_held(9, LONG_AGO + timedelta(seconds=1), NOW) is not None


def test_only_what_changes_is_changed() -> None:
    state = State(concurrency=5, paced=3)

    assert after(state, Outcome(Kind.GONE)) == replace(state, disabled="GONE")
