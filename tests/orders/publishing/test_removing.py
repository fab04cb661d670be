"""An order that is erased, and texts of withdrawn events: what is left of them, and what comes back."""

import pytest
from django.db.models import QuerySet

from orders.models import STEP, FeedClock, FeedHead, Forgotten, SalesOrder, Shipment, StatusEvent
from orders.publishing.audit import audit
from orders.publishing.removing import Erased, erase_order, remove_withdrawn_texts
from testbed.events import FAR_AHEAD, Fields, event, shipment_event, withdrawal
from tests.conftest import Publish
from tests.published import shown

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed")]

TEXTS = {"detail": "Somchai, 0812", "detailedStatus": "SOMCHAI", "trackingId": "TRK-9", "carrier": "NINJA"}


def events_of(order_id: str) -> list[Fields]:
    return [
        event(eventId=f"{order_id}-a", orderId=order_id, **TEXTS),
        shipment_event(eventId=f"{order_id}-b", orderId=order_id, **TEXTS),
        shipment_event(eventId=f"{order_id}-c", orderId=order_id, **TEXTS),
    ]


def stored(rows: QuerySet[StatusEvent]) -> list[tuple[object, ...]]:
    """All columns of some events."""
    return list(rows.order_by("pk").values_list())


def test_an_order_is_erased_with_all_that_was_ever_said_of_it(publish: Publish) -> None:
    publish(*events_of("X"), *events_of("Y"))
    publish(withdrawal("X-c"))
    time = SalesOrder.objects.get(order_id="X").updated_time
    heads, clock = FeedHead.objects.newest(), FeedClock.newest()
    other = stored(StatusEvent.objects.filter(order__order_id="Y"))

    assert erase_order(channel_id="lazada-th", order_id="X") == Erased("143", time, 3)
    assert erase_order(channel_id="lazada-th", order_id="X") is None

    nothing = (None, None, None, None, None, None)
    assert stored(StatusEvent.objects.filter(order=None)) == [
        (f"X-{letter}", revision, True, None, None, None, "", *nothing)
        for letter, revision in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert stored(StatusEvent.objects.exclude(order=None)) == other
    assert [row.order.order_id for row in Shipment.objects.select_related("order")] == ["Y"]
    assert [row.order_id for row in SalesOrder.objects.all()] == ["Y"]
    assert (FeedHead.objects.newest(), FeedClock.newest()) == (heads, clock)
    assert [*audit(SalesOrder.objects.all())] == []
    assert not Forgotten.objects.exists()


def test_events_that_are_handed_over_again_do_not_bring_it_back(publish: Publish) -> None:
    lines = events_of("X")
    publish(*lines)
    erase_order(channel_id="lazada-th", order_id="X")

    summary = publish(*lines, withdrawal("X-a", revision=1))

    assert (summary.unchanged, summary.total) == (4, 4)
    assert not SalesOrder.objects.exists()


def test_a_higher_revision_makes_a_new_order_of_that_event_alone(publish: Publish) -> None:
    publish(*events_of("X"))
    erase_order(channel_id="lazada-th", order_id="X")

    publish(event(eventId="X-a", orderId="X", revision=2))

    assert [entry["eventId"] for entry in shown("X")["statusHistory"]] == ["X-a"]
    assert shown("X")["shipments"] == []
    assert [*audit(SalesOrder.objects.all())] == []


def test_there_is_nothing_to_erase_in_another_channel(publish: Publish) -> None:
    publish(*events_of("X"))

    assert erase_order(channel_id="other", order_id="X") is None
    assert erase_order(channel_id="lazada-th", order_id="x") is None
    assert SalesOrder.objects.count() == 1


@pytest.mark.usefixtures("far_ahead")
def test_a_withdrawn_event_keeps_no_text(publish: Publish) -> None:
    publish(*events_of("X"))

    publish(withdrawal("X-a"), withdrawal("X-b"), withdrawal("X-c"))

    for each in StatusEvent.objects.all():
        texts = (each.status, each.detailed_status, each.detail, each.tracking_id, each.carrier)
        assert texts == ("", None, None, None, None)
    row = SalesOrder.objects.get()
    assert not any(text in row.document for text in TEXTS.values())
    assert list(Shipment.objects.values_list("tracking_id", "carrier")) == [(None, None)]
    assert shown("X")["orderCreatedTime"] == "2026-11-20T03:11:09.000000Z"
    assert [shipment["shipmentId"] for shipment in shown("X")["shipments"]] == ["S-1"]
    assert row.updated_time == FAR_AHEAD + 2 * STEP
    assert [*audit(SalesOrder.objects.all())] == []


def test_it_is_published_again_by_a_higher_revision(publish: Publish) -> None:
    publish(*events_of("X"))
    publish(withdrawal("X-b"))
    publish(shipment_event(eventId="X-b", orderId="X", revision=3, detail="again"))

    history = shown("X")["shipments"][0]["statusHistory"]
    assert [entry["detail"] for entry in history] == ["again", TEXTS["detail"]]


def test_texts_that_were_withdrawn_long_ago_go_too(publish: Publish) -> None:
    publish(*events_of("X"), *events_of("Y"))
    publish(withdrawal("X-a"), withdrawal("X-b"), withdrawal("early"))
    old = StatusEvent.objects.filter(pk__in=["X-a", "X-b"])
    as_now = stored(old)
    old.update(status="NEW", detail="Somchai", detailed_status="S", tracking_id="T", carrier="C")
    others = stored(StatusEvent.objects.exclude(pk__in=["X-a", "X-b"]))

    assert remove_withdrawn_texts() == 2
    assert remove_withdrawn_texts() == 0

    assert stored(old) == as_now
    assert stored(StatusEvent.objects.exclude(pk__in=["X-a", "X-b"])) == others
