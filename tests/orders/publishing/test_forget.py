"""`forget`: old orders go, oldest change first, beside publishers; what was forgotten is remembered."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import QuerySet

from orders.models import FeedClock, FeedHead, Forgotten, SalesOrder, Shipment, StatusEvent
from orders.publishing import forget as forgetting
from orders.publishing.audit import audit
from orders.publishing.forget import OrderLocked, Removed, count, forget
from testbed.events import FAR_AHEAD, event, new_orders, shipment_event, withdrawal
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed")]

ALL = datetime(2200, 1, 1, tzinfo=UTC)


def after(changes: int) -> datetime:
    """A moment between the n-th change after FAR_AHEAD and the next."""
    return FAR_AHEAD + timedelta(microseconds=20 * changes + 1)


def marks() -> dict[tuple[str, str], datetime]:
    return {(mark.kind, mark.identifier): mark.updated_time for mark in Forgotten.objects.all()}


def left() -> list[str]:
    return list(SalesOrder.objects.in_feed_order().values_list("order_id", flat=True))


@pytest.mark.usefixtures("far_ahead")
def test_removes_orders_whose_last_change_is_older_and_no_other(publish: Publish) -> None:
    for number in range(1, 5):
        publish(event(orderId=f"O-{number}", eventId=f"e{number}"), shipment_event(orderId=f"O-{number}"))
    publish(event(orderId="O-1", eventId="late", status="COMPLETED"))
    heads, clock = FeedHead.objects.newest(), FeedClock.newest()

    removed = forget(before=after(3))

    assert removed == Removed(2, unfinished=2)
    assert left() == ["O-4", "O-1"]
    assert set(StatusEvent.objects.values_list("order__order_id", flat=True)) == {"O-4", "O-1"}
    assert Shipment.objects.count() == 2
    newest = FAR_AHEAD + timedelta(microseconds=60)
    assert marks() == {("channel", "lazada-th"): newest, ("partner", "143"): newest}
    assert (FeedHead.objects.newest(), FeedClock.newest()) == (heads, clock)
    assert [*audit(SalesOrder.objects.all())] == []


@pytest.mark.usefixtures("far_ahead")
def test_says_how_many_were_never_finished(publish: Publish) -> None:
    for number, status in enumerate(["NEW", "COMPLETED", "CANCELED", "ERROR", "IN_PROGRESS"]):
        publish(event(orderId=f"O-{number}", status=status))
    publish(event(eventId="gone", orderId="O-5", status="COMPLETED"))
    publish(withdrawal("gone"))

    would = count(before=ALL)

    assert SalesOrder.objects.count() == 6
    assert would == forget(before=ALL) == Removed(6, unfinished=4)


@pytest.mark.usefixtures("far_ahead")
def test_what_is_left_of_a_feed_is_newer_than_its_mark_after_every_batch(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH_SIZE", 3)
    monkeypatch.setattr(forgetting, "PAGE", 2)
    for number in range(40):
        channel, partner = f"c{number % 3}", f"p{number % 4}"
        publish(event(orderId=f"O-{number}", channelId=channel, partnerId=partner))
    seen = []

    def look(removed: Removed) -> None:
        seen.append(removed.orders)
        for (kind, identifier), mark in marks().items():
            scope = {f"{kind}_id": identifier}
            assert not SalesOrder.objects.filter(**scope, updated_time__lte=mark).exists()

    forget(before=after(35), on_progress=look)

    assert (seen[:3], seen[-1], len(left())) == ([3, 6, 9], 35, 5)


def test_marks_go_forward_only(publish: Publish) -> None:
    publish(event())
    forget(before=ALL)
    before = marks()
    scope = Forgotten.objects.get(kind="channel").scope

    with transaction.atomic():
        Forgotten.objects.move({scope: before["channel", "lazada-th"] - timedelta(days=1)})

    assert marks() == before


@pytest.mark.usefixtures("far_ahead")
def test_killed_after_any_batch_and_run_again_it_ends_the_same(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH_SIZE", 2)
    publish(*new_orders(9))

    class Killed(Exception):
        pass

    def kill(removed: Removed) -> None:
        raise Killed

    with pytest.raises(Killed):
        forget(before=after(7), on_progress=kill)
    halfway = left()
    again = forget(before=after(7))

    assert (len(halfway), again.orders) == (7, 5)
    assert left() == ["O-8", "O-9"]
    assert set(marks().values()) == {FAR_AHEAD + timedelta(microseconds=140)}


def test_an_event_of_a_forgotten_order_makes_it_anew(publish: Publish) -> None:
    line = event(eventId="again")
    publish(line)
    forget(before=ALL)

    summary = publish(line)

    assert (summary.published, left()) == (1, ["FRIS00201"])
    assert [*audit(SalesOrder.objects.all())] == []


def test_a_heavy_order_is_a_batch_of_its_own(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "MAX_EVENTS", 3)
    publish(*(event(orderId="heavy") for _ in range(5)))
    publish(*new_orders(4))
    seen: list[int] = []

    forget(before=ALL, on_progress=lambda removed: seen.append(removed.orders))

    assert seen == [1, 4, 5]


@pytest.fixture
def two_sided() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


def locked(order_id: str, do: Callable[[SalesOrder], None], seconds: float) -> threading.Thread:
    """Somebody who holds an order, does something with it, and commits."""
    has_it = threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                row = SalesOrder.objects.select_for_update().get(order_id=order_id)
                has_it.set()
                time.sleep(seconds)
                do(row)
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert has_it.wait(10)
    return thread


@pytest.mark.usefixtures("two_sided")
def test_nothing_behind_an_order_that_is_locked_goes_before_it(publish: Publish) -> None:
    publish(*new_orders(3))
    states: list[list[str]] = []
    thread = locked("O-2", lambda row: states.append(left()), 0.3)

    forget(before=ALL)
    thread.join()

    assert states == [["O-2", "O-3"]]
    assert left() == []


@pytest.mark.usefixtures("two_sided")
def test_an_order_that_changes_meanwhile_stays(publish: Publish) -> None:
    publish(*new_orders(3))
    before = FeedClock.newest() + timedelta(microseconds=1)

    def change(row: SalesOrder) -> None:
        SalesOrder.objects.filter(pk=row.pk).update(updated_time=FeedClock.advance(1)[0])

    thread = locked("O-2", change, 0.2)
    forget(before=before)
    thread.join()

    assert left() == ["O-2"]


@pytest.mark.usefixtures("two_sided")
def test_an_order_that_stays_locked_ends_it_with_what_is_done(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PATIENCE_SECONDS", 0.1)
    publish(*new_orders(3))
    thread = locked("O-2", lambda row: None, 0.6)

    with pytest.raises(OrderLocked):
        forget(before=ALL)
    thread.join()

    assert left() == ["O-2", "O-3"]


class Impatient:
    """Another transaction that takes the locks of rows, again and again, while the block runs."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows, self.waits = rows.order_by("pk").values_list("pk"), list[float]()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._want)

    def __enter__(self) -> "Impatient":
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _want(self) -> None:
        try:
            while not self._is_over.wait(0.002):
                asked = time.monotonic()
                with transaction.atomic():
                    list(self.rows.select_for_update())
                self.waits.append(time.monotonic() - asked)
        finally:
            connections.close_all()


def longest_wait(publish: Publish) -> float:
    """Seconds that another transaction waited for the oldest orders or the clock, while 600 are forgotten."""
    publish(*(shipment_event(orderId=f"O-{n}", shipmentId=f"S-{m}") for n in range(600) for m in range(10)))
    some = list(SalesOrder.objects.in_feed_order().values_list("pk", flat=True))[::20]
    with (
        Impatient(SalesOrder.objects.filter(pk__in=some)) as orders,
        Impatient(FeedClock.objects.all()) as clock,
    ):
        forget(before=ALL)

    assert left() == []
    assert min(len(orders.waits), len(clock.waits)) > 5
    return max(*orders.waits, *clock.waits)


@pytest.mark.usefixtures("two_sided")
def test_no_row_is_locked_for_long_and_the_clock_never(publish: Publish) -> None:
    """In one of three runs, because a machine that does something else takes its time."""
    waits = iter(lambda: longest_wait(publish), None)

    assert any(wait < 0.1 for wait in islice(waits, 3))
