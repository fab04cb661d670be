"""`manage.py audit`: what it finds, what it repairs, and that it is in nobody's way."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from orders.models import FeedClock, SalesOrder, StatusEvent
from orders.publishing import ingest
from testbed.events import event, new_orders, shipment_event, withdrawal
from tests.orders.publishing.damages import CHANNEL, DAMAGES, ORDER, change, change_clock, document, fragment
from tests.published import shown, updated_time
from wire.times import EARLIEST, format_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed")]

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


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


def test_sound_orders_are_as_promised() -> None:
    assert audit() == audit("--repair") == audit("--channel", CHANNEL) == (["Everything is as promised."], "")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_is_told_and_repaired(damage: str) -> None:
    apply, sentences = DAMAGES[damage]
    newest = SalesOrder.objects.filter(channel_id=CHANNEL).latest("updated_time").updated_time
    sentences = [sentence.format(newest=format_time(newest)) for sentence in sentences]
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


@pytest.mark.parametrize(
    ("fields", "moves"),
    [
        ({"fragment": None}, False),
        ({"fragment": fragment(b"{}"), "fragment_time": EARLIEST}, False),
        ({"fragment": fragment(b"{}")}, True),
        ({"fragment": b"no fragment"}, True),
    ],
)
def test_only_a_fragment_that_was_shown_wrongly_is_told_to_pollers_again(
    fields: dict[str, Any], moves: bool
) -> None:
    before = updated_time()
    change(SalesOrder, **fields)

    audit("--repair")

    assert (updated_time() > before) is moves


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
    assert audit("--channel", CHANNEL)[1] == "Findings: 3. Run with --repair."


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
