"""What goes into a batch: windows, numbers, names, sizes."""

import gzip
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from callers.models import Caller
from delivery.files import cutting
from delivery.files.stored import opened
from delivery.files.transport import File
from delivery.models import Batch, Subscription
from delivery.outcome import Kind, Outcome
from delivery.registration import verbs
from orders.models import FeedClock
from testbed import file_readers
from testbed.events import event, new_orders
from testbed.file_readers import files_in, manifest_of, rows_of
from tests.conftest import Publish
from tests.delivery.files.folders import Worker, feed, make_due, subscribe, working

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller", "outbox")]


class Receiver:
    """A mechanism that keeps what it is sent, and answers as it is told."""

    def __init__(self, *answers: Kind) -> None:
        self.answers = list(answers)
        self.taken: list[tuple[str, bytes]] = []

    def send(self, facts: Any, file: File, fence: int, may_go_on: Any) -> Outcome | None:
        with file.open() as stream:
            self.taken.append((file.name, stream.read()))
        return Outcome(self.answers.pop(0) if self.answers else Kind.DELIVERED)

    def try_out(self, facts: Any) -> Outcome:
        return Outcome(Kind.DELIVERED)


def change(row: Subscription, **members: Any) -> None:
    """Settings of its mechanism, or columns, are these."""
    row.refresh_from_db()
    settings = {name: members.pop(name) for name in list(members) if name in row.settings}
    Subscription.objects.filter(pk=row.pk).update(settings=row.settings | settings, **members)


def test_nothing_changed_and_nothing_is_sent(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    with working() as worker:
        worker.catch_up(row)
        publish(*new_orders(1))
        worker.catch_up(row)
        worker.catch_up(row)

    assert len(files_in(outbox / "shop")) == 1


def test_a_heartbeat_is_a_file_with_its_header_only(outbox: Path, publish: Publish) -> None:
    row = subscribe("shop", "--when-empty", "heartbeat")
    publish(*new_orders(1))
    with working() as worker:
        for _ in range(3):
            worker.catch_up(row)

    first, second, third = files_in(outbox / "shop")
    assert [len(rows_of(file)) for file in (first, second, third)] == [1, 0, 0]
    assert second.read_text().count("\n") == 1
    assert manifest_of(third)["until"] == manifest_of(first)["until"]


def test_the_first_slot_is_after_the_creation_and_one_batch_covers_an_outage(
    outbox: Path, publish: Publish
) -> None:
    row = subscribe("shop", "--time-zone", "Asia/Bangkok")
    created, due = row.created_time, row.due_time
    publish(*new_orders(2))
    with working() as worker:
        is_early = worker.has_work(row)
        Subscription.objects.filter(pk=row.pk).update(due_time=created - timedelta(hours=5))
        worker.turn(row)
        row.refresh_from_db()

        assert due is not None
        assert row.due_time is not None
        assert not is_early
        assert created < due <= created + timedelta(minutes=1)
        assert datetime.now(UTC) < row.due_time <= datetime.now(UTC) + timedelta(minutes=1)
    assert len(files_in(outbox / "shop")) == 1


def test_the_rest_is_the_next_number_at_once(outbox: Path, publish: Publish) -> None:
    row = subscribe("shop", "--max-orders", "2")
    publish(*new_orders(5))
    with working() as worker:
        turns = worker.catch_up(row)

    files = files_in(outbox / "shop")
    assert turns == 3
    assert [len(rows_of(file)) for file in files] == [2, 2, 1]
    assert file_readers.read(outbox / "shop") == feed()


def test_a_mail_ends_before_it_is_too_large_and_is_compressed_when_it_is_large(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cutting.MAX_BYTES, "email", 2_500_000)
    row, receiver = subscribe(), Receiver()
    Subscription.objects.filter(pk=row.pk).update(mechanism="email")
    publish(*(event(orderId=f"O-{number}", detail="x" * 4_000) for number in range(700)))
    with working(by={"email": receiver}) as worker:
        worker.catch_up(row)

    first, second = receiver.taken
    assert (first[0][-7:], second[0][-4:]) == (".csv.gz", ".csv")
    assert 2_490_000 < len(gzip.decompress(first[1])) <= 2_500_000
    assert gzip.decompress(first[1]).count(b"\r\n") + second[1].count(b"\r\n") == 702


def test_an_order_that_is_too_large_alone_is_a_batch(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "MAX_FILE_BYTES", 300)
    row = subscribe()
    publish(*new_orders(3))
    with working() as worker:
        worker.catch_up(row)

    assert [len(rows_of(file)) for file in files_in(outbox / "shop")] == [1, 1, 1]


def test_a_filter_that_lets_nothing_through_ends_its_reading(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "MAX_READ", 2)
    row = subscribe()
    change(row, order_status=["COMPLETED"])
    publish(*new_orders(7), event(orderId="O-9", status="COMPLETED"))
    with working() as worker:
        turns = worker.catch_up(row)

    (file,) = files_in(outbox / "shop")
    assert turns == 3
    assert [line["orderId"] for line in rows_of(file)] == ["O-9"]
    assert manifest_of(file)["since"] is None


def test_every_try_sends_the_same_bytes_under_the_same_name(publish: Publish) -> None:
    row, receiver = subscribe(), Receiver(Kind.FAILED, Kind.REFUSED, Kind.PACED)
    publish(*new_orders(2))
    with working(by={"file": receiver}) as worker:
        for number in range(4):
            make_due(row)
            worker.turn(row)
            publish(event(orderId="O-1", eventId=f"late-{number}"))
        worker.catch_up(row)

    batch = Batch.objects.get(number=1)
    assert receiver.taken[:4] == [receiver.taken[0]] * 4
    assert [name.split("_")[3] for name, _ in receiver.taken] == ["00000001"] * 4 + ["00000002"]
    assert (batch.tries, batch.sha256) == (4, hashlib.sha256(receiver.taken[0][1]).hexdigest())


def test_a_replay_says_so(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(3))
    with working() as worker:
        worker.catch_up(row)
        row.refresh_from_db()
        with transaction.atomic():
            verbs.replay(row, None)
        assert worker.has_work(row)
        worker.catch_up(row)
        publish(event(orderId="O-1", eventId="more"))
        worker.catch_up(row)

    manifests = [manifest_of(file) for file in files_in(outbox / "shop")]
    assert [one["replayed"] for one in manifests] == [False, True, False]
    assert [one["orders"] for one in manifests] == [3, 3, 1]
    assert manifests[2]["since"] == manifests[1]["until"]


def test_two_subscriptions_into_one_folder_take_no_name_twice(
    outbox: Path, publish: Publish, settings: Any
) -> None:
    thai = "ก" * 100
    poller = Caller.objects.get(username="poller")
    poller.grants.create(kind="channel", identifier=thai)
    poller.grants.create(kind="partner", identifier=thai)
    publish(event(channelId=thai, partnerId=thai))
    scopes = [("channel", thai), ("partner", thai), ("channel", thai)]
    rows = [subscribe("both", scope=scope) for scope in scopes]
    with working() as worker:
        for row in rows:
            worker.catch_up(row)

    names = [file.name for file in files_in(outbox / "both")]
    assert len(set(names)) == 3
    assert all(name.isascii() and len(f".{name}.{2**63}.part") <= 255 for name in names)
    assert {name.split("_")[1] for name in names} == {"-"}


def test_a_lease_that_is_lost_saves_nothing(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(1))
    with working() as worker:
        fences = worker.leases.fences
        worker.leases.give_back()
        worker.leases.fences = fences
        make_due(row)
        before = Subscription.objects.values().get(pk=row.pk)
        is_done = worker.turn(row)

    assert is_done
    assert not Batch.objects.exists()
    assert Subscription.objects.values().get(pk=row.pk) == before


def test_a_lease_that_is_lost_while_sending_saves_nothing(publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(1))

    class Losing(Receiver):
        def send(self, *arguments: Any) -> Outcome | None:
            worker.leases.give_back()
            return super().send(*arguments)

    worker = Worker(by={"file": Losing()})
    make_due(row)

    assert not worker.turn(row)
    assert list(Batch.objects.values_list("tries", "delivered_time")) == [(0, None)]
    assert not row.attempts.exists()


def test_a_change_while_it_is_cut_throws_the_cut_away(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribe()
    publish(*new_orders(2))
    real = cutting.cut

    def change_meanwhile(found: Subscription) -> cutting.Cut:
        made = real(found)
        monkeypatch.setattr("delivery.files.serving.cut", real)
        row.refresh_from_db()
        with transaction.atomic():
            verbs.set_active(row, active=True)
        return made

    monkeypatch.setattr("delivery.files.serving.cut", change_meanwhile)
    with working() as worker:
        make_due(row)
        worker.turn(row)
        thrown_away = Batch.objects.count()
        worker.catch_up(row)

    assert thrown_away == 0
    assert file_readers.read(outbox / "shop") == feed()


def test_whoever_lost_the_grant_gets_nothing(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(1))
    Caller.objects.get(username="poller").grants.all().delete()
    with working() as worker:
        make_due(row)
        worker.turn(row)
    row.refresh_from_db()

    assert (row.active, row.disabled_reason) == (False, "NOT_GRANTED")
    assert not outbox.exists()


def test_stored_bytes_are_the_file_as_it_was_sent(outbox: Path, publish: Publish) -> None:
    row = subscribe("shop", "--compress")
    publish(*new_orders(300))
    with working() as worker:
        worker.catch_up(row)

    (file,) = files_in(outbox / "shop")
    with opened(Batch.objects.get()) as stream:
        assert stream.read() == file.read_bytes()


def test_the_clock_is_not_passed(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(1))
    with working() as worker:
        worker.catch_up(row)
    row.refresh_from_db()

    assert row.position == FeedClock.newest()
