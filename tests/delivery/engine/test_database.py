"""Leases, saving, reading and tidying, on the database."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models import F

from callers.models import Caller, Scope
from delivery.engine import clocks, store, tidying
from delivery.engine.answers import answered
from delivery.engine.changing import put_back, take_changes
from delivery.engine.leases import Leases
from delivery.engine.pages import read_pages
from delivery.engine.running import Running
from delivery.engine.saving import save
from delivery.engine.track import key_of
from delivery.models import SHARDS, Attempt, DeliverProcess, HeldOrder, ShardLease, Subscription
from delivery.outcome import Kind, Outcome
from delivery.pace import State
from orders.models import FeedClock
from testbed.events import new_orders
from tests.conftest import Credentials, Publish
from tests.delivery.engine.subscriptions import at, held, row, saved
from wire.times import EARLIEST

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller")]

SCOPE = Scope("channel", "lazada-th")
REFUSED = Outcome(Kind.REFUSED, 500, detail="answered 500")


@pytest.fixture
def subscription(deliverable: None, caller: Credentials) -> Subscription:
    """One of the caller, at a position of 2026, before the feed's clock."""
    FeedClock.objects.update(last_time=at(100))
    return saved(Caller.objects.get())


def loaded(subscription: Subscription, fence: int) -> Running:
    """It in memory, as `deliver` loads it."""
    (found,) = store.load([subscription.pk])
    return Running.of(found, store.held_of([subscription.pk]), fence, time.monotonic())


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


def end_leases() -> None:
    """What the length of a lease without a renewal would do."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    for kind in (ShardLease, DeliverProcess):
        kind.objects.update(until=past)


def test_a_lease_that_another_had_meanwhile_has_another_fence() -> None:
    leases, other = Leases("first"), Leases("other")
    leases.renew(set())
    before = dict(leases.fences)
    end_leases()
    other.renew(set())
    during = len(other.fences)
    other.give_back()
    leases.renew(set())

    assert during == SHARDS
    assert leases.fences.keys() == before.keys()
    assert all(leases.fences[number] > before[number] for number in before)
    assert leases.remaining(1, before[1]) == 0
    assert leases.remaining(1, leases.fences[1]) > 20


def test_a_lease_that_ended_and_that_nobody_took_goes_on() -> None:
    leases = Leases("first")
    leases.renew(set())
    before = dict(leases.fences)
    end_leases()
    leases.renew(set())

    assert leases.fences == before
    assert ShardLease.objects.filter(until__gt=datetime.now(UTC)).count() == SHARDS


def test_nothing_begins_where_a_lease_was_given_back_though_the_database_failed_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fails without `self.fences = held` in Leases.renew."""
    first, second = Leases("first"), Leases("second")
    first.renew(set())
    second.renew(set())
    first.renew(set())
    leaving = {number: first.fences[number] for number in first.leaving}
    monkeypatch.setattr(first.clock, "is_steady_for", refuse)
    with pytest.raises(OperationalError):
        first.renew(set())
    second.renew(set())

    assert second.fences.keys() == leaving.keys()
    assert [first.remaining(number, fence) for number, fence in leaving.items()] == [0.0] * len(leaving)


def refuse(*_: object) -> bool:
    raise OperationalError


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_is_set_takes_no_lease_from_who_holds_it(
    by: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails without `is_steady_for` in Leases.renew: ahead, all leases have ended by the clock."""
    first, second = Leases("first", seconds=1), Leases("second", seconds=1)
    first.renew(set())
    second.renew(set())
    before = dict(first.fences)
    ShardLease.objects.update(until=F("until") - by)
    monkeypatch.setattr(clocks, "database_now", lambda: datetime.now(UTC) + by)
    second.renew(set())
    taken = dict(second.fences)
    first.renew(set())

    assert taken == {}
    assert first.fences == before


def test_a_lease_of_before_the_clock_was_set_back_ends_though_its_end_is_far_away() -> None:
    dead, other = Leases("dead"), Leases("other")
    dead.renew(set())
    for kind in (ShardLease, DeliverProcess):
        kind.objects.update(until=datetime.now(UTC) + timedelta(hours=1))
    other.renew(set())

    assert len(other.fences) == SHARDS


def test_a_position_that_the_feed_has_not_reached_is_not_saved(subscription: Subscription) -> None:
    """It was found out on a server that a failover has lost. Fails without `orders_feedclock` in saving."""
    if connection.vendor == "sqlite":
        pytest.skip("has no failover")
    leases = Leases("first")
    leases.renew(set())
    run = loaded(subscription, leases.fences[subscription.shard])
    run.load([], at(101), datetime.now(UTC))

    assert save("first", [take_changes(run)]).done == set()
    assert Subscription.objects.get().position == at(0)


def test_one_that_is_fenced_saves_nothing_but_that_it_tried(subscription: Subscription) -> None:
    old, new = Leases("old"), Leases("new")
    old.renew(set())
    run = loaded(subscription, old.fences[subscription.shard])
    end_leases()
    new.renew(set())
    order = row(1, "A")
    run.load([order], at(1), datetime.now(UTC))
    run.holding.hold(order, 1, datetime.now(UTC), None)
    run.attempts.append({"subscription_id": subscription.pk, "time": at(2), "outcome": "REFUSED"})

    kept = save("old", [take_changes(run)]).done

    subscription.refresh_from_db()
    assert (kept, subscription.position) == (set(), at(0))
    assert HeldOrder.objects.count() == 0
    assert Attempt.objects.count() == 1


def test_what_was_loaded_before_another_had_the_shard_is_not_saved(subscription: Subscription) -> None:
    """Fails without `l.fence = n.fence` in delivery.engine.saving: it owns it again, under another fence."""
    leases, other = Leases("first"), Leases("other")
    leases.renew(set())
    run = loaded(subscription, leases.fences[subscription.shard])
    leases.give_back()
    other.renew(set())
    other.give_back()
    leases.renew(set())
    run.load([], at(9), datetime.now(UTC))

    assert subscription.shard in leases.fences
    assert save("first", [take_changes(run)]).done == set()
    assert Subscription.objects.get().position == at(0)


def test_a_pace_found_out_before_a_change_does_not_undo_the_change(subscription: Subscription) -> None:
    leases = Leases("first")
    leases.renew(set())
    run = loaded(subscription, leases.fences[subscription.shard])
    run.load([], at(9), datetime.now(UTC))
    run.state = State(failures=3, disabled="GONE")
    Subscription.objects.update(change_number=99)

    kept = save("first", [take_changes(run)]).done

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

    assert save("first", [take_changes(run)]).done == set()
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

    assert save("first", [take_changes(run) for run in runs]).done == {subscription.pk}
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

    (read,) = read_pages([(SCOPE, EARLIEST)], 100)

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
    monkeypatch.setattr(tidying, "BATCH", 2)

    tidying.trim_attempts([subscription.pk])
    kept = sorted(Attempt.objects.values_list("outcome", flat=True))
    Subscription.objects.update(deleted=True)
    tidying.remove_deleted(range(SHARDS), [subscription.pk])
    in_memory = Subscription.objects.count()
    tidying.remove_deleted(range(SHARDS), [])

    assert kept == ["DELIVERED"] * 2 + ["REFUSED"] * 3
    assert (in_memory, Subscription.objects.count()) == (1, 0)


def test_attempts_of_thirty_days_ago_are_removed_of_whoever_they_are(
    subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "BATCH", 2)
    now = datetime.now(UTC)
    for days in (40, 35, 31, 29, 1):
        Attempt.objects.create(subscription=subscription, time=now - timedelta(days=days), outcome="REFUSED")

    tidying.remove_old_attempts()

    assert sorted((now - attempt.time).days for attempt in Attempt.objects.all()) == [1, 29]


def test_subscriptions_are_trimmed_in_turn_though_they_deliver_no_more(
    subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "MAX_DELIVERED", 1)
    monkeypatch.setattr(tidying, "TRIMMED_IN_TURN", 1)
    other = saved(Caller.objects.get(), public_id="sub1")
    for one in (subscription, other) * 3:
        Attempt.objects.create(subscription=one, time=datetime.now(UTC), outcome="DELIVERED")

    after, left = 0, []
    for _ in range(3):
        after = tidying.trim_next(range(SHARDS), after)
        left.append(Attempt.objects.count())

    assert (left, after) == ([4, 2, 2], 0)


def test_who_had_few_attempts_is_not_trimmed_at_once() -> None:
    tried = tidying.Tried()
    for _ in range(tidying.TRIM_AFTER - 1):
        tried.count(1)
        tried.count(2)
    tried.count(2)

    assert [tried.take_busy(), tried.take_busy()] == [[2], []]


def test_a_caller_that_is_revoked_or_lost_the_grant_has_no_right(subscription: Subscription) -> None:
    caller = Caller.objects.get()
    rights = [store.load([subscription.pk])[0].is_granted]  # type: ignore[attr-defined]  # load adds it
    Caller.objects.update(revoked_time=datetime.now(UTC))
    rights.append(store.load([subscription.pk])[0].is_granted)  # type: ignore[attr-defined]  # as above
    Caller.objects.update(revoked_time=None)
    caller.grants.all().delete()
    rights.append(store.load([subscription.pk])[0].is_granted)  # type: ignore[attr-defined]  # as above

    assert rights == [True, False, False]


def test_those_whose_caller_has_the_right_are_found(subscription: Subscription) -> None:
    other = saved(subscription.caller, public_id="sub1", identifier="tiki-vn")
    both = [subscription.pk, other.pk]

    before = store.granted(both)
    subscription.caller.revoked_time = at(1)
    subscription.caller.save()

    assert before == {subscription.pk}
    assert store.granted(both) == set()


@pytest.mark.parametrize("size", [1, 2, 100])
def test_held_orders_are_found_however_many_have_their_ids(
    publish: Publish, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """A partner may have orders of one id in many channels; those that are not found are held no more."""
    monkeypatch.setattr(store, "PAGE", size)
    publish(*new_orders(5))
    wanted = {("lazada-th", f"O-{number}") for number in range(1, 6)}

    found = store.held_rows(SCOPE, wanted)

    assert {key_of(order) for order in found} == wanted


def test_an_order_that_is_resent_before_its_refusal_is_saved_is_still_resent(
    subscription: Subscription,
) -> None:
    leases = Leases("first")
    leases.renew(set())
    held(1, "A", subscription=subscription).save()
    run = loaded(subscription, leases.fences[subscription.shard])
    answered(run, row(1, "A"), REFUSED, run.begun(row(1, "A"), was_held=True))
    later = {"tries": 0, "resent": True, "held_time": datetime.now(UTC)}
    HeldOrder.objects.update(**later)
    save("first", [take_changes(run)])
    kept = HeldOrder.objects.values(*later).get()

    run = loaded(subscription, leases.fences[subscription.shard])
    answered(run, row(1, "A"), REFUSED, run.begun(row(1, "A"), was_held=True))
    save("first", [take_changes(run)])

    assert kept == later
    assert HeldOrder.objects.values(*later).get() == later | {"tries": 1}
