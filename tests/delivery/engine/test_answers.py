"""What an answer does to a subscription in memory, and what it must not do after a change or a replay."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from delivery.engine import holding
from delivery.engine.answers import answered
from delivery.engine.changing import take_changes
from delivery.engine.running import Running
from delivery.engine.terms import Begun
from delivery.outcome import Kind, Outcome
from tests.delivery.engine.subscriptions import at, held, row, running, unsaved

DELIVERED, REFUSED = Outcome(Kind.DELIVERED, 200), Outcome(Kind.REFUSED, 500, detail="answered 500")
A, B = ("lazada-th", "A"), ("lazada-th", "B")


def now() -> datetime:
    return datetime.now(UTC)


def test_a_refused_order_is_held_once_another_is_accepted() -> None:
    run = running()
    first, second = row(1, "A"), row(2, "B")
    run.load([first, second], at(2), now())
    answered(run, first, REFUSED, run.begun(first, was_held=False))
    before = run.track.position, dict(run.holding.orders)
    answered(run, second, DELIVERED, run.begun(second, was_held=False))

    kept = run.holding.orders[A]
    assert before == (at(0), {})
    assert run.track.position == at(2)
    assert (kept.tries, kept.status, kept.detail) == (1, 500, "answered 500")


def test_what_began_before_a_replay_is_sent_again_by_it() -> None:
    run = running()
    order = row(1, "A")
    run.load([order], at(1), now())
    begun = run.begun(order, was_held=False)
    run.reload(unsaved(generation=1, change_number=2), [])
    run.load([order], at(1), now())
    during = run.next_row(now())
    answered(run, order, DELIVERED, begun)

    assert during is None  # the earlier one is unanswered
    assert run.track.position == at(0)
    assert run.next_row(now()) == (order, False)


def test_an_answer_of_the_old_url_does_not_disable_the_new_one() -> None:
    run = running()
    order = row(1, "A")
    run.load([order], at(1), now())
    begun = run.begun(order, was_held=False)
    run.reload(unsaved(change_number=2, settings={"url": "https://new.example/hook"}), [])
    answered(run, order, Outcome(Kind.GONE, 410), begun)

    assert run.state.disabled == ""
    assert run.host == "new.example"


def test_an_order_that_changed_is_not_sent_in_the_state_that_was_held() -> None:
    run = running([held(1, "A")])
    run.holding.offer(run.holding.due(now(), set()), {A: row(1, "A")})
    newer = row(5, "A")
    run.load([newer], at(5), now())

    assert run.next_row(now()) == (newer, False)
    assert run.holding.orders == {}
    assert run.holding.changed == {A}


def test_a_state_that_was_under_way_when_its_order_changed_is_not_held_again() -> None:
    run = running()
    old, newer = row(1, "A"), row(5, "A")
    begun = Begun(0, 1, was_held=True)
    run.under_way.add(A)
    run.load([newer], at(5), now())
    answered(run, old, REFUSED, begun)

    assert run.holding.orders == {}
    assert run.next_row(now()) == (newer, False)


def test_a_filter_that_lets_nothing_through_grows_no_memory_behind_a_slow_order() -> None:
    run = running(order_status=["NEW"])
    slow = row(1, "A")
    run.load([slow], at(1), now())
    run.begun(slow, was_held=False)
    for page in range(30):
        numbers = range(2 + page * 100, 102 + page * 100)
        run.load([row(number, f"X-{number}", "COMPLETED") for number in numbers], at(numbers[-1]), now())

    assert run.track.done_ahead < 1000
    assert run.track.position == at(3001)
    assert run.holding.orders[A].tries == 0


def test_ten_refused_in_a_row_are_counted_across_a_rest() -> None:
    run = running([held(n, f"H-{n}", held_time=at(n + 1)) for n in range(9)], failing_since_time=at(0))
    order = row(20, "A")
    run.load([order], at(20), now())
    answered(run, order, REFUSED, run.begun(order, was_held=False))

    assert run.state.failures == 1


def test_a_failing_receiver_is_probed_by_the_flow_and_not_by_what_it_refused() -> None:
    run = running([held(1, "B")], failures=1, failing_since_time=at(0))
    run.holding.offer([B], {B: row(1, "B")})
    order = row(2, "A")
    run.load([order], at(2), now())

    assert run.next_row(now()) == (order, False)


def test_the_flow_stops_at_too_many_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MAX_HELD", 2)
    later = now() + timedelta(hours=1)
    run = running([held(n, f"H-{n}", next_attempt_time=later) for n in range(2)])
    run.load([row(5, "A")], at(5), now())
    full = run.next_row(now())
    run.holding.drop(("lazada-th", "H-0"))

    assert full is None
    assert run.next_row(now()) is not None


def test_a_caller_without_the_right_is_sent_nothing_from_the_first_moment() -> None:
    subscription = unsaved()
    subscription.is_granted = False  # type: ignore[attr-defined]  # delivery.engine.store.load adds it
    run = Running.of(subscription, [], 1, time.monotonic())

    assert not run.may_work
    assert run.state.disabled == "NOT_GRANTED"
    assert run.is_dirty


def test_a_changed_filter_holds_for_what_was_read_before() -> None:
    """Fails without `leave_out` in Running.reload."""
    run = running()
    run.load([row(1, "A", "NEW"), row(2, "B", "COMPLETED")], at(2), now())
    run.reload(unsaved(change_number=2, order_status=["COMPLETED"]), [])
    chosen = run.next_row(now())

    assert chosen == (row(2, "B", "COMPLETED"), False)
    assert run.track.position == at(1)


def test_what_was_refused_before_a_change_is_held_when_another_is_accepted_after_it() -> None:
    """Fails with `run.state.refused` in place of `run.retry` in _accepted: a change begins a new count."""
    run = running()
    first, second = row(1, "A"), row(2, "B")
    run.load([first, second], at(2), now())
    answered(run, first, REFUSED, run.begun(first, was_held=False))
    run.reload(unsaved(change_number=2), [])
    answered(run, second, DELIVERED, run.begun(second, was_held=False))

    assert list(run.holding.orders) == [A]
    assert run.track.position == at(2)


def test_an_order_that_is_given_up_is_an_attempt_that_says_so() -> None:
    order = row(1, "A")
    run = running([held(1, "A", held_time=now() - timedelta(days=6), tries=20)])
    run.under_way.add(A)
    answered(run, order, REFUSED, Begun(0, 1, was_held=True))

    told = [(note["outcome"], note["status"], note["detail"]) for note in run.attempts]
    assert told == [("REFUSED", 500, "answered 500"), ("GIVEN_UP", 500, "after 21 tries")]
    assert [note["next_attempt_time"] for note in run.attempts] == [None, None]
    assert run.holding.orders[A].next_time is None


def test_an_attempt_that_was_refused_says_when_the_next_is() -> None:
    run = running()
    order = row(1, "A")
    run.load([order], at(1), now())
    answered(run, order, REFUSED, run.begun(order, was_held=False))

    assert run.attempts[0]["next_attempt_time"] == run.retry[A].next_time


def test_an_order_that_is_resent_while_the_flow_waits_for_it_is_tried_by_one_of_them() -> None:
    """By both, each would find it refused by the other, and none would wait."""
    run = running()
    order = row(1, "A")
    run.load([order], at(1), now())
    answered(run, order, REFUSED, run.begun(order, was_held=False))
    run.reload(unsaved(change_number=2), [held(1, "A", tries=0)])
    run.holding.offer([A], {A: order})
    chosen = run.next_row(now())
    answered(run, order, REFUSED, run.begun(order, was_held=True))

    assert chosen == (order, True)
    assert run.next_row(now() + timedelta(minutes=1)) is None
    assert (run.holding.orders[A].tries, run.track.position) == (1, at(1))


def test_an_older_state_that_was_read_is_not_sent_after_the_one_that_was_resent() -> None:
    run = running()
    old, newer = row(1, "A"), row(5, "A")
    run.load([old], at(1), now())
    run.reload(unsaved(change_number=2), [held(5, "A", tries=0)])
    run.holding.offer([A], {A: newer})
    answered(run, newer, REFUSED, run.begun(newer, was_held=True))
    between = run.next_row(now())
    run.load([newer], at(5), now())

    assert between is None
    assert run.next_row(now()) is None
    assert run.track.position == at(5)


def test_a_receiver_that_asks_for_less_again_after_a_rest_is_left_alone_for_longer() -> None:
    run = running(paced=3)
    order = row(1, "A")
    run.load([order], at(1), now())
    answered(run, order, Outcome(Kind.PACED, 429), run.begun(order, was_held=False))

    assert run.state.next_time is not None
    assert run.state.next_time - now() > timedelta(seconds=290)
    assert take_changes(run).progress.paced == 4
