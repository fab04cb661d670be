"""What a batch does when another publisher was faster (orders.publishing.batch)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction

from orders.models import FeedClock, SalesOrder
from orders.publishing import bulk, ingest
from orders.publishing.batch import Raced
from testbed.events import Fields, event, new_orders, withdrawal
from tests.published import history

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def faster(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`faster(event(...))`: somebody else publishes this when the next batch is about to take the clock."""

    def publish(*events: Fields) -> None:
        try:
            ingest.publish(events)
        finally:
            connection.close()

    def before_the_clock(*events: Fields) -> None:
        waiting = [Thread(target=publish, args=events)]
        advance = FeedClock.advance

        def advance_later(count: int) -> list[datetime]:
            if waiting:
                thread = waiting.pop()
                thread.start()
                thread.join(10)
            return advance(count)

        monkeypatch.setattr(FeedClock, "advance", advance_later)

    return before_the_clock


def rejects_of(events: Iterable[Fields]) -> list[str]:
    rejects: list[ingest.Rejected] = []
    ingest.publish(events, on_rejected=rejects.append)
    return [each.reason for each in rejects]


def test_an_order_that_somebody_else_created_is_joined(faster: Callable[..., None]) -> None:
    faster(event(eventId="a"))

    found = ingest.publish([event(eventId="b")])

    assert (found.published, history()) == (1, ["a", "b"])


def test_an_event_that_somebody_else_published_is_known(faster: Callable[..., None]) -> None:
    faster(event(eventId="a", revision=2, status="CANCELED"))

    assert ingest.publish([event(eventId="a")]) == ingest.Summary(unchanged=1)


def test_an_event_that_somebody_else_published_elsewhere_is_refused(faster: Callable[..., None]) -> None:
    faster(event(eventId="a", orderId="FRIS00202"))

    assert rejects_of([event(eventId="a"), event(eventId="b")])[0].startswith("orderId: ")
    assert history() == ["b"]


def test_a_deletion_that_somebody_else_brought_is_not_undone(faster: Callable[..., None]) -> None:
    faster(withdrawal("a", 2))

    assert ingest.publish([event(eventId="a"), event(eventId="b")]).unchanged == 1
    assert history() == ["b"]


def test_a_deletion_whose_event_somebody_else_brought_withdraws_it(faster: Callable[..., None]) -> None:
    faster(event(eventId="a"))

    assert ingest.publish([withdrawal("a", 2)]) == ingest.Summary(deleted=1)
    assert history() == []


def test_a_batch_that_keeps_losing_gives_up_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []

    def lose(count: int) -> list[datetime]:
        attempts.append(count)
        raise Raced

    monkeypatch.setattr(FeedClock, "advance", lose)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(Raced):
        ingest.publish([event()])

    assert len(attempts) == ingest.MAX_ATTEMPTS
    assert not SalesOrder.objects.exists()


def test_a_batch_that_keeps_losing_is_published_in_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    advance = FeedClock.advance

    def lose(count: int) -> list[datetime]:
        if count > 1:
            raise Raced
        return advance(count)

    monkeypatch.setattr(FeedClock, "advance", lose)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    lines = [*new_orders(3), event(orderId="O-1", status="?"), event(orderId="O-1", partnerId="9")]
    rejects: list[ingest.Rejected] = []
    found = ingest.publish(lines, on_rejected=rejects.append)

    assert found == ingest.Summary(published=3, rejected=2)
    assert [each.number for each in rejects] == [4, 5]


def test_only_a_lost_race_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def statement_timeout(count: int) -> list[datetime]:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '10ms'; SELECT pg_sleep(1)")
        raise AssertionError("PostgreSQL was too patient")

    monkeypatch.setattr(FeedClock, "advance", statement_timeout)

    with pytest.raises(OperationalError) as failed:
        ingest.publish([event()])

    assert not bulk.is_serialization_failure(failed.value)


def test_publishing_inside_a_transaction_is_refused() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        ingest.publish([event()])
