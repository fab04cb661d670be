"""`manage.py audit`: what it finds, what it repairs, and that it is in nobody's way."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from callers.times import format_time
from orders import ingest
from orders.models import FeedClock, SalesOrder, StatusEvent
from tests.factories import event, new_orders, shipment_event, withdrawal
from tests.orders.published import shown, updated_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed")]

CHANNEL = "lazada-th"
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)
ORDER = f"Order FRIS00201 of channel {CHANNEL}"


@pytest.fixture(autouse=True)
def orders(committed: None) -> None:
    """Two, one with a shipment and a withdrawn event, and one of another channel and partner."""
    ingest.publish(
        [
            event(eventId="a"),
            shipment_event(eventId="b"),
            event(eventId="c", status="CANCELED"),
            withdrawal("c"),
            *new_orders(1),
            event(channelId="shopee-th", partnerId="9"),
        ]
    )


def audit(*arguments: str) -> tuple[list[str], str]:
    """The sentences, and what the command fails with; nothing where it succeeds."""
    out = io.StringIO()
    failure = ""
    try:
        call_command("audit", *arguments, stdout=out)
    except CommandError as error:
        failure = str(error)
    return out.getvalue().splitlines(), failure


def change(model: type[Any], **fields: Any) -> None:
    """Behind the back of the server: the order FRIS00201 of the channel, or its event c."""
    key = {"event_id": "c"} if model is StatusEvent else {"channel_id": CHANNEL, "order_id": "FRIS00201"}
    assert model.objects.filter(**key).update(**fields) == 1


def document(**fields: Any) -> str:
    return orjson.dumps(shown() | fields).decode()


def twice() -> str:
    return document(statusHistory=shown()["statusHistory"] * 2)


def withdrawn() -> str:
    (entry,) = shown()["statusHistory"]
    return document(statusHistory=[entry, entry | {"eventId": "c", "status": "CANCELED"}])


RENDERS = f"{ORDER} has a document that its events do not render to."
FILED = f"{ORDER} is filed under another status than its events amount to."
DAMAGES: dict[str, tuple[Callable[[], None], list[str]]] = {
    "another text": (lambda: change(SalesOrder, document=document(orderStatus="ERROR")), [RENDERS]),
    "no JSON": (
        lambda: change(SalesOrder, document="{"),
        [RENDERS, f"{ORDER} has a document that is not an order."],
    ),
    "an event twice": (
        lambda: change(SalesOrder, document=twice()),
        [RENDERS, f"{ORDER} shows an event twice."],
    ),
    "a deleted event": (
        lambda: change(SalesOrder, document=withdrawn()),
        [RENDERS, f"{ORDER} shows a deleted event."],
    ),
    "an event that is not shown": (lambda: change(StatusEvent, deleted=False), [RENDERS, FILED]),
    "another status": (lambda: change(SalesOrder, v2_status="ERROR"), [FILED]),
    "a clock that is behind": (
        lambda: change_clock(-timedelta(hours=1)),
        [
            f"{ORDER} is newer than the feed clock.",
            f"Order O-1 of channel {CHANNEL} is newer than the feed clock.",
            "Order FRIS00201 of channel shopee-th is newer than the feed clock.",
        ],
    ),
}


def change_clock(by: timedelta) -> None:
    FeedClock.objects.update(last_time=FeedClock.newest() + by)


def test_sound_orders_are_as_promised() -> None:
    assert audit() == audit("--repair") == audit("--channel", CHANNEL) == (["Everything is as promised."], "")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_is_told_and_repaired(damage: str) -> None:
    apply, sentences = DAMAGES[damage]
    apply()

    found, repaired, again = audit(), audit("--repair"), audit()

    count = len(sentences)
    said = f"Findings: {count}. Rendered again; what is left:"
    assert found == (sentences, f"Findings: {count}. Run with --repair.")
    assert repaired == ([*sentences, said, "Nothing; everything is as promised."], "")
    assert again == (["Everything is as promised."], "")


def test_an_order_that_was_shown_wrongly_is_told_to_pollers_again() -> None:
    change(SalesOrder, document=document(orderStatus="ERROR"))
    before = FeedClock.newest()

    audit("--repair")

    assert updated_time() > before
    assert shown()["orderStatus"] == "NEW"


def test_times_that_are_not_unique_are_told_and_not_repaired() -> None:
    other = SalesOrder.objects.get(channel_id="shopee-th")
    time = format_time(other.updated_time)
    change(SalesOrder, updated_time=other.updated_time, document=document(updatedTime=time))
    change_clock(timedelta(hours=1))

    found = audit("--channel", "shopee-th")

    assert found == (
        [f"2 orders have the updatedTime {time}."],
        "Findings: 1. Run with --repair.",
    )
    assert audit("--channel", "shopee-th", "--repair")[1].startswith("Findings: 1 of 1 are left")


def test_an_event_newer_than_its_order_is_told() -> None:
    change(StatusEvent, deleted=False, updated_time=FeedClock.newest() + timedelta(days=1))

    sentences, _ = audit()

    assert f"{ORDER} has an event newer than itself." in sentences


def test_only_the_channel_that_was_asked_for_is_looked_at() -> None:
    change(SalesOrder, document="{")

    assert audit("--channel", "shopee-th") == (["Everything is as promised."], "")
    assert audit("--channel", CHANNEL)[1] == "Findings: 2. Run with --repair."


def test_a_channel_without_orders_is_taken_for_a_mistake() -> None:
    assert audit("--channel", "lazada-ht") == ([], "There is no order of channel lazada-ht.")


@pytest.fixture
def impatient() -> Iterator[None]:
    """Statements may take a second."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '1s'")
        yield
        cursor.execute("RESET statement_timeout")


@on_postgresql
@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_an_audit_may_take_longer_than_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    newest = FeedClock.newest

    def slow() -> datetime:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1.2)")
        return newest()

    monkeypatch.setattr(FeedClock, "newest", slow)

    assert audit() == (["Everything is as promised."], "")


@on_postgresql
def test_an_audit_waits_for_no_publisher() -> None:
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        other.cursor().execute("SELECT 1 FROM orders_salesorder, orders_feedclock FOR UPDATE")
        found = audit()
    finally:
        other.close()

    assert found == (["Everything is as promised."], "")
