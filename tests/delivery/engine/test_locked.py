"""A subscription that somebody changes for long, as a web process that was stopped: on PostgreSQL."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event

import pytest
from django.db import connections, transaction

from callers.models import Caller
from delivery.engine import store
from delivery.engine.changing import put_back, settle, take_changes
from delivery.engine.leases import Leases
from delivery.engine.running import Running
from delivery.engine.saving import Saved, save
from delivery.models import Attempt, Subscription
from orders.models import FeedClock
from tests.conftest import Credentials
from tests.delivery.engine.subscriptions import at, running, saved

pytestmark = pytest.mark.usefixtures("deliverable", "caller")


@contextmanager
def locked(pk: int) -> Iterator[None]:
    """This subscription by another connection, as a request that changes it does."""
    is_locked, may_end = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Subscription.objects.select_for_update().get(pk=pk)
                is_locked.set()
                may_end.wait(30)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        holding = threads.submit(hold)
        assert is_locked.wait(5)
        try:
            yield
        finally:
            may_end.set()
            holding.result()


def test_one_that_is_locked_keeps_no_other_from_being_saved(caller: Credentials) -> None:
    FeedClock.objects.update(last_time=at(100))
    leases, runs = Leases("one"), list[Running]()
    rows = [saved(Caller.objects.get(), public_id=f"sub{number}") for number in range(2)]
    leases.renew(set())
    for row in store.load([row.pk for row in rows]):
        runs.append(Running.of(row, [], leases.fences[row.shard], time.monotonic()))
        runs[-1].load([], at(9), datetime.now(UTC))
        runs[-1].attempts.append({"subscription_id": row.pk, "time": at(2), "outcome": "DELIVERED"})

    changes, began = [take_changes(run) for run in runs], time.monotonic()
    with locked(runs[0].row.pk):
        found = save("one", changes)
    took = time.monotonic() - began
    put_back(runs[0], changes[0])
    later = save("one", [take_changes(runs[0])])

    first, second = (run.row.pk for run in runs)
    assert (found, later) == (Saved({second}, {first}), Saved({first}, set()))
    assert took < 2
    assert {row.position for row in Subscription.objects.all()} == {at(9)}
    assert sorted(Attempt.objects.values_list("subscription", flat=True)) == sorted([first, second])


def test_what_was_not_saved_for_that_is_saved_the_next_time() -> None:
    locked_one, lost = running(), running(pk=2)
    for run in (locked_one, lost):
        run.attempts.append({"outcome": "DELIVERED"})
    runs = [locked_one, lost]

    settle(runs, [take_changes(run) for run in runs], Saved(set(), {1}))

    assert [(run.is_over, run.is_dirty, len(run.attempts)) for run in runs] == [
        (False, True, 1),
        (True, False, 0),
    ]
