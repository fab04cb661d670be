"""Leases, saving, reading and tidying, on the database."""

from datetime import UTC, datetime, timedelta

import pytest

from callers.models import Caller, Scope
from delivery.engine import store, tidying
from delivery.engine.changing import put_back, take_changes
from delivery.engine.leases import Leases
from delivery.engine.running import Running
from delivery.engine.saving import save
from delivery.models import SHARDS, Attempt, HeldOrder, ShardLease, Subscription
from delivery.outcome import Kind, Outcome
from delivery.pace import State
from orders.models import FeedClock
from testbed.events import new_orders
from tests.conftest import Credentials, Publish
from tests.delivery.engine.subscriptions import at, row, saved
from wire.times import EARLIEST

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller")]

SCOPE = Scope("channel", "lazada-th")


@pytest.fixture
def subscription(deliverable: None, caller: Credentials) -> Subscription:
    """One of the caller, at a position of 2026."""
    return saved(Caller.objects.get())


def loaded(subscription: Subscription, fence: int) -> Running:
    """It in memory, as `deliver` loads it."""
    (found,) = store.load([subscription.pk])
    return Running.of(found, store.held_of([subscription.pk]), fence)


def test_a_process_that_comes_later_gets_its_share_and_a_busy_shard_stays() -> None:
    first, second = Leases("first"), Leases("second")
    first.renew(set())
    second.renew(set())
    alone = len(first.fences), len(second.fences)
    first.renew(set())
    leaving = set(first.leaving)
    busy = min(leaving)
    during = first.remaining(busy, first.fences[busy])
    first.renew({busy})
    second.renew(set())

    assert alone == (SHARDS, 0)
    assert (len(leaving), during) == (SHARDS // 2, 0.0)
    assert busy in first.fences
    assert busy not in second.fences
    assert len(second.fences) == SHARDS // 2 - 1
    assert not set(first.fences) & set(second.fences)


def test_a_lease_that_was_lost_and_taken_again_has_another_fence() -> None:
    leases = Leases("first")
    leases.renew(set())
    before = dict(leases.fences)
    ShardLease.objects.update(until=datetime.now(UTC) - timedelta(seconds=1))
    leases.renew(set())

    assert leases.fences.keys() == before.keys()
    assert all(leases.fences[number] > before[number] for number in before)
    assert leases.remaining(1, before[1]) == 0
    assert leases.remaining(1, leases.fences[1]) > 20


def test_one_that_is_fenced_saves_nothing_but_that_it_tried(subscription: Subscription) -> None:
    old, new = Leases("old"), Leases("new")
    old.renew(set())
    run = loaded(subscription, old.fences[subscription.shard])
    ShardLease.objects.update(until=None)
    new.renew(set())
    order = row(1, "A")
    run.load([order], at(1), datetime.now(UTC))
    run.holding.hold(order, 1, datetime.now(UTC), None)
    run.attempts.append({"subscription_id": subscription.pk, "time": at(2), "outcome": "REFUSED"})

    kept = save("old", [take_changes(run)])

    subscription.refresh_from_db()
    assert (kept, subscription.position) == (set(), at(0))
    assert HeldOrder.objects.count() == 0
    assert Attempt.objects.count() == 1


def test_a_pace_found_out_before_a_change_does_not_undo_the_change(subscription: Subscription) -> None:
    leases = Leases("first")
    leases.renew(set())
    run = loaded(subscription, leases.fences[subscription.shard])
    run.load([], at(9), datetime.now(UTC))
    run.state = State(failures=3, disabled="GONE")
    Subscription.objects.update(change_number=99)

    kept = save("first", [take_changes(run)])

    subscription.refresh_from_db()
    assert kept == {subscription.pk}
    assert (subscription.position, subscription.failures) == (at(9), 0)
    assert (subscription.active, subscription.disabled_reason) == (True, "")


def test_nothing_of_before_a_replay_is_saved(subscription: Subscription) -> None:
    leases = Leases("first")
    leases.renew(set())
    run = loaded(subscription, leases.fences[subscription.shard])
    run.load([], at(9), datetime.now(UTC))
    Subscription.objects.update(generation=1)

    assert save("first", [take_changes(run)]) == set()
    assert Subscription.objects.get().position == at(0)


def test_an_attempt_of_a_subscription_that_is_gone_keeps_no_other_from_being_saved(
    subscription: Subscription,
) -> None:
    leases = Leases("first")
    leases.renew(set())
    gone = saved(Caller.objects.get(), public_id="sub1")
    runs = [loaded(one, leases.fences[one.shard]) for one in (subscription, gone)]
    for run in runs:
        run.attempts.append({"subscription_id": run.row.pk, "time": at(2), "outcome": "DELIVERED"})
    gone.delete()

    assert save("first", [take_changes(run) for run in runs]) == {subscription.pk}
    assert Attempt.objects.get().subscription_id == subscription.pk


def test_what_was_put_back_is_saved_the_next_time(subscription: Subscription) -> None:
    leases = Leases("first")
    leases.renew(set())
    run = loaded(subscription, leases.fences[subscription.shard])
    run.holding.hold(row(1, "A"), 1, datetime.now(UTC), Outcome(Kind.REFUSED, 500))
    put_back(run, take_changes(run))

    save("first", [take_changes(run)])

    assert HeldOrder.objects.get().order_id == "A"


def test_a_row_later_than_the_clock_that_was_read_is_not_read_again(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(*new_orders(3))
    late = FeedClock(pk=1, last_time=EARLIEST)
    monkeypatch.setattr("django.db.models.query.QuerySet.get", lambda *_, **__: late)

    read = store.read_page(SCOPE, EARLIEST)

    assert len(read.rows) == 3
    assert read.until == read.rows[-1].updated_time


def test_attempts_are_trimmed_and_deleted_subscriptions_removed(
    subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "MAX_DELIVERED", 2)
    monkeypatch.setattr(tidying, "MAX_NOT_DELIVERED", 3)
    outcomes = ["DELIVERED"] * 5 + ["REFUSED"] * 5
    now = datetime.now(UTC)
    Attempt.objects.bulk_create(
        Attempt(subscription=subscription, time=now, outcome=name) for name in outcomes
    )
    Attempt.objects.create(subscription=subscription, time=now - timedelta(days=31), outcome="REFUSED")

    tidying.trim_attempts([subscription.pk])
    kept = sorted(Attempt.objects.values_list("outcome", flat=True))
    Subscription.objects.update(deleted=True)
    tidying.remove_deleted(range(SHARDS), [subscription.pk])
    in_memory = Subscription.objects.count()
    tidying.remove_deleted(range(SHARDS), [])

    assert kept == ["DELIVERED"] * 2 + ["REFUSED"] * 3
    assert (in_memory, Subscription.objects.count()) == (1, 0)
