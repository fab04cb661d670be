"""The process for files: claims, threads, leases, and its end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from callers.administration import revoke_caller
from callers.models import Grant
from delivery.engine.leases import Leases
from delivery.file_transports import transports
from delivery.files import process
from delivery.files.deliverer import FileDeliverer
from delivery.files.serving import Transports
from delivery.files.transport import File
from delivery.models import FILE_SHARDS, Batch, DeliverProcess, ShardLease, Subscription
from delivery.outcome import Kind, Outcome
from delivery.registration import verbs
from testbed import file_readers
from testbed.events import event, new_orders
from testbed.installation import eventually
from tests.conftest import Publish
from tests.delivery.files.folders import feed, make_due, subscribe

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("deliverable", "caller", "outbox")]


def deliverer(by: Transports | None = None, owner: str = "a") -> FileDeliverer:
    return FileDeliverer(Leases(owner, shards=FILE_SHARDS), by or transports())


@contextmanager
def running(found: FileDeliverer) -> Iterator[Event]:
    """A process that delivers until the block ends or the event is set."""
    stopping = Event()

    def run() -> None:
        try:
            process.deliver(found, stopping)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join(20)
        assert not thread.is_alive()


class Slow:
    """A mechanism that goes on until it may not, or is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.go = Event()

    def send(self, facts: Any, file: File, fence: int, may_go_on: Callable[[], bool]) -> Outcome | None:
        self.begun.append(facts.public_id)
        while may_go_on():
            if self.go.wait(0.02):
                return Outcome(Kind.DELIVERED)
        self.ended.append(facts.public_id)
        return None

    def try_out(self, facts: Any) -> Outcome:
        return Outcome(Kind.DELIVERED)


def copies(row: Subscription, count: int, **members: Any) -> list[Subscription]:
    """More subscriptions like this one, which are due."""
    made = []
    for number in range(count):
        copy = Subscription.objects.get(pk=row.pk)
        copy.pk, copy.public_id = None, f"sub{number:016x}"
        copy.settings = row.settings | {"folder": f"copy/{number}"}
        for name, value in members.items():
            setattr(copy, name, value)
        made.append(copy)
    Subscription.objects.bulk_create(made)
    rows = list(Subscription.objects.filter(public_id__in=[copy.public_id for copy in made]))
    for copy in rows:
        copy.shard = copy.shard_of()
    Subscription.objects.bulk_update(rows, ["shard"])
    return rows


def test_once_delivers_what_is_due_and_gives_the_leases_back(outbox: Path, publish: Publish) -> None:
    row, later = subscribe("shop", "--max-orders", "2"), subscribe("later")
    publish(*new_orders(5))
    make_due(row)
    process.deliver(deliverer(), Event(), once=True)

    assert file_readers.read(outbox / "shop") == feed()
    assert later.batches.count() == 0
    assert not ShardLease.objects.exclude(owner="").exists()
    assert not DeliverProcess.objects.exists()


def test_the_command_delivers_files_by_a_child(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELIVERY_FOLDER", str(outbox))
    row = subscribe()
    publish(*new_orders(2))
    make_due(row)
    call_command("deliver", "--once")

    assert file_readers.read(outbox / "shop") == feed()


def test_what_comes_while_it_runs_is_delivered_at_its_slot(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    with running(deliverer()):
        for number in range(3):
            publish(event(orderId=f"O-{number}"))
            make_due(row)
            assert eventually(lambda: row.batches.filter(delivered_time__isnull=False).count() == number + 1)  # noqa: B023 - asked at once

    assert file_readers.read(outbox / "shop") == feed()


def test_a_subscription_has_one_batch_under_way(publish: Publish) -> None:
    row, slow = subscribe("shop", "--max-orders", "1"), Slow()
    publish(*new_orders(3))
    make_due(row)
    with running(deliverer({"file": slow})):
        assert eventually(lambda: slow.begun)
        time.sleep(1)
        assert (len(slow.begun), row.batches.count()) == (1, 1)
        slow.go.set()
        assert eventually(lambda: row.batches.filter(delivered_time__isnull=False).count() == 3)


@pytest.mark.parametrize("verb", ["pause", "delete", "replay"])
def test_a_change_ends_what_is_being_sent_within_a_second(publish: Publish, verb: str) -> None:
    row, slow = subscribe(), Slow()
    publish(*new_orders(1))
    make_due(row)
    with running(deliverer({"file": slow})):
        assert eventually(lambda: slow.begun)
        row.refresh_from_db()
        with transaction.atomic():
            locked = Subscription.objects.select_for_update().get(pk=row.pk)
            if verb == "pause":
                verbs.set_active(locked, active=False)
            else:
                verbs.delete(locked) if verb == "delete" else verbs.replay(locked, None)
        assert eventually(lambda: slow.ended, 1.5)
        slow.go.set()
        time.sleep(0.7)

    assert len(slow.begun) == {"pause": 1, "delete": 1, "replay": 3}[verb]


@pytest.mark.parametrize("how", ["revoked", "grant"])
def test_who_loses_the_right_while_a_file_is_sent_is_sent_no_more_of_it(publish: Publish, how: str) -> None:
    row, slow = subscribe(), Slow()
    publish(*new_orders(1))
    make_due(row)
    with running(deliverer({"file": slow})):
        assert eventually(lambda: slow.begun)
        if how == "grant":
            Grant.objects.all().delete()
        else:
            revoke_caller(username="poller")
        ended = eventually(lambda: slow.ended, seconds=3)
        assert eventually(lambda: not Subscription.objects.get(pk=row.pk).active)

    assert ended
    assert slow.begun == [row.public_id]
    assert Subscription.objects.get(pk=row.pk).disabled_reason == "NOT_GRANTED"


def test_dead_receivers_hold_nobody(publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(1))
    dead, well = Slow(), transports()["file"]
    rows = copies(row, 130, failures=3, mechanism="email", settings=row.settings | {"url": ""})
    with running(deliverer({"email": dead, "file": well})):
        make_due(row)
        for copy in rows:
            make_due(copy)
        assert eventually(lambda: row.batches.filter(delivered_time__isnull=False).exists())
        dead.go.set()


def test_told_to_stop_it_waits_a_while_and_then_cuts_off(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.5)
    row, slow = subscribe(), Slow()
    publish(*new_orders(1))
    make_due(row)
    started = time.monotonic()
    with running(deliverer({"file": slow})):
        assert eventually(lambda: slow.begun)
        started = time.monotonic()

    assert 0.4 < time.monotonic() - started < 3
    assert slow.ended == [row.public_id]
    assert not ShardLease.objects.exclude(owner="").exists()
    assert list(Batch.objects.values_list("tries", flat=True)) == [0]


def test_two_processes_share_the_shards_beside_those_of_webhooks() -> None:
    webhooks = Leases("webhooks")
    webhooks.renew(())
    first, second = deliverer(owner="a"), deliverer(owner="b")
    first.renew()
    alone = len(first.fences)
    second.renew()
    first.renew()
    first.renew()
    second.renew()

    assert alone == len(FILE_SHARDS) == 64
    assert len(first.fences) == len(second.fences) == 32
    assert set(first.fences) | set(second.fences) == set(FILE_SHARDS)
    assert len(webhooks.fences) == 64


def test_a_failing_receiver_is_tried_again_after_a_while(publish: Publish) -> None:
    class Failing(Slow):
        def send(self, facts: Any, file: File, fence: int, may_go_on: Callable[[], bool]) -> Outcome | None:
            self.begun.append(facts.public_id)
            return Outcome(Kind.REFUSED, detail="the folder is full")

    row, failing = subscribe(), Failing()
    publish(*new_orders(1))
    make_due(row)
    with running(deliverer({"file": failing})):
        assert eventually(lambda: failing.begun)
        time.sleep(1)
    row.refresh_from_db()

    assert len(failing.begun) == 1
    assert row.failures == 1
    assert row.next_attempt_time is not None
    assert 3.5 < (row.next_attempt_time - row.attempts.get().time).total_seconds() < 6.5
    assert (row.attempts.get().outcome, row.attempts.get().detail) == ("REFUSED", "the folder is full")


def test_a_reason_to_disable_does(publish: Publish) -> None:
    class Other(Slow):
        def send(self, *arguments: Any) -> Outcome | None:
            return Outcome(Kind.REFUSED, disables="HOST_KEY_CHANGED", learned={"seen": "x"})

    row = subscribe()
    publish(*new_orders(1))
    make_due(row)
    process.deliver(deliverer({"file": Other()}), Event(), once=True)
    row.refresh_from_db()

    assert (row.active, row.disabled_reason, row.settings["seen"]) == (False, "HOST_KEY_CHANGED", "x")


def test_so_many_are_served_that_a_thousand_would_be_within_a_minute(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(5))
    rows = copies(row, 200)
    copied = Subscription.objects.filter(pk__in=[copy.pk for copy in rows])
    copied.update(due_time=datetime.now(UTC))
    started = time.monotonic()
    process.deliver(deliverer(), Event(), once=True)
    seconds = time.monotonic() - started

    assert Batch.objects.filter(subscription__in=copied, delivered_time__isnull=False).count() == 200
    assert len(list((outbox / "copy").iterdir())) == 200
    assert seconds * 5 < 60
