"""When `updatedTime` moves, and where to (contract, sections 4 and 8)."""

from datetime import timedelta

import pytest

from orders.models import STEP, SalesOrder, StatusEvent
from orders.publishing import ingest
from testbed.events import FAR_AHEAD, Fields, at, event, new_orders, shipment_event, withdrawal
from tests.conftest import Publish
from tests.published import shown, updated_time
from wire.times import format_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

CHANGES: dict[str, Fields] = {
    "status": {"status": "DELIVERED"},
    "detailed status": {"detailedStatus": "DEPARTED_HUB"},
    "detail": {"detail": "by lorry"},
    "time of the event": {"eventTime": "2026-11-20T04:00:00Z"},
    "tracking number": {"trackingId": "TRK2"},
    "tracking number taken back": {"trackingId": None},
    "carrier": {"carrier": "FLASH"},
    "shipment": {"shipmentId": "S-2"},
    "creation of the order": {"orderCreatedTime": "2026-11-20T03:00:00Z"},
    "deletion": {"deleted": True},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_seen_moves_the_order(publish: Publish, change: str) -> None:
    publish(shipment_event(eventId="a"))

    publish(shipment_event(eventId="a", revision=2, **CHANGES[change]))

    assert format_time(updated_time()) == shown()["updatedTime"] == at(2)


@pytest.mark.parametrize(
    "fields",
    [
        {"revision": 1, "status": "LOST"},
        {"revision": 2},
        {"revision": 2, "eventTime": "2026-11-20T10:11:09+07:00"},
        {"revision": 2, "detail": ""},
    ],
    ids=["a replay", "a revision of nothing", "the same instant in another zone", "a blank for null"],
)
def test_a_change_that_nobody_sees_keeps_the_time(publish: Publish, fields: Fields) -> None:
    publish(shipment_event(eventId="a"))
    before = SalesOrder.objects.values().get()

    publish(shipment_event(eventId="a", **fields))

    assert SalesOrder.objects.values().get() == before


def test_an_order_of_which_nothing_was_shown_and_nothing_is_keeps_its_time(publish: Publish) -> None:
    publish(event(eventId="a"), event(eventId="b"))
    publish(withdrawal("b", 2))

    publish(withdrawal("b", 3), event(eventId="c"), withdrawal("c"))

    assert shown()["updatedTime"] == at(2)


def test_only_what_changed_in_an_order_gets_its_new_time(publish: Publish) -> None:
    publish(event(eventId="a"), shipment_event(eventId="b", trackingId="TRK1"))

    publish(shipment_event(eventId="b", revision=2, trackingId="TRK2"), event(eventId="c", status="CANCELED"))

    times = [entry["updatedTime"] for entry in shown()["statusHistory"]]
    (shipment,) = shown()["shipments"]
    assert times == [at(1), at(2)]
    assert (shipment["trackingId"], shipment["statusHistory"][0]["updatedTime"]) == ("TRK2", at(1))


def test_an_event_that_is_restored_was_published_anew(publish: Publish) -> None:
    publish(event(eventId="a"))
    publish(withdrawal("a", 2))

    publish(event(eventId="a", revision=3))

    assert [entry["updatedTime"] for entry in shown()["statusHistory"]] == [at(3)]


def test_orders_of_one_batch_are_20_microseconds_apart(publish: Publish) -> None:
    publish(*new_orders(250))

    times = list(SalesOrder.objects.in_feed_order().values_list("updated_time", flat=True))

    assert times == [FAR_AHEAD + STEP * number for number in range(1, 251)]
    assert timedelta(microseconds=20) == STEP


def test_an_order_has_one_time_a_batch_however_many_events_it_got(publish: Publish) -> None:
    publish(*[event(eventId=f"{number}") for number in range(10)], event(orderId="O-2"))

    assert sorted(SalesOrder.objects.values_list("updated_time", flat=True)) == [
        FAR_AHEAD + STEP,
        FAR_AHEAD + STEP * 2,
    ]
    assert {entry["updatedTime"] for entry in shown()["statusHistory"]} == {shown()["updatedTime"]}


def test_publishing_everything_again_changes_no_row_at_all() -> None:
    lines = [
        *new_orders(5),
        shipment_event(eventId="a"),
        withdrawal("a"),
        withdrawal("x"),
        event(eventId="b"),
    ]
    ingest.publish(lines)
    before = [list(model.objects.order_by("pk").values()) for model in (SalesOrder, StatusEvent)]

    again = ingest.publish(lines)

    assert again == ingest.Summary(unchanged=len(lines))
    assert [list(model.objects.order_by("pk").values()) for model in (SalesOrder, StatusEvent)] == before
