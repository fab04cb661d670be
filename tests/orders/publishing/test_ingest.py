"""Publishing (contract, section 8): what is taken in, what is refused, and what pollers then see."""

from typing import Any

import pytest

from orders.models import FeedClock, SalesOrder
from orders.publishing import ingest
from orders.publishing.events import Line
from testbed.events import Fields, event, new_orders, shipment_event, withdrawal
from tests.conftest import Publish
from tests.published import history, shown

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


def summary(**counts: int) -> ingest.Summary:
    return ingest.Summary(**counts)


def refused(*lines: Line) -> list[tuple[int, str]]:
    """The lines that are refused, and why."""
    rejects: list[ingest.Rejected] = []
    ingest.publish(lines, on_rejected=rejects.append)
    return [(each.number, each.reason) for each in rejects]


def test_every_line_is_counted_once(publish: Publish) -> None:
    publish(event(eventId="a"), event(eventId="b"))

    found = ingest.publish(
        [
            event(eventId="a", revision=2, status="CANCELED"),
            withdrawal("b"),
            event(eventId="c"),
            event(eventId="a"),
            {},
            b"{",
            b"  \n",
        ]
    )

    assert found == summary(published=1, revised=1, deleted=1, unchanged=1, rejected=2)


def test_what_happened_last_decides_whatever_the_order_of_arrival(publish: Publish) -> None:
    publish(
        event(eventId="b", status="COMPLETED", eventTime="2026-11-20T05:00:00Z"),
        event(eventId="a", status="NEW", eventTime="2026-11-20T04:00:00Z"),
    )

    assert history() == ["a", "b"]
    assert shown()["orderStatus"] == "COMPLETED"


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("arrival", [[1, 2, 3], [3, 2, 1], [2, 3, 1], [2, 3, 2, 3]])
def test_the_highest_revision_wins_whatever_the_order_of_arrival(
    publish: Publish, arrival: list[int], together: bool
) -> None:
    lines = [event(eventId="a", revision=revision, detail=f"r{revision}") for revision in arrival]

    ingest.publish(lines, batch_size=10 if together else 1)

    assert [entry["detail"] for entry in shown()["statusHistory"]] == ["r3"]


def test_a_revision_may_move_an_event_to_another_shipment(publish: Publish) -> None:
    publish(shipment_event(eventId="a", shipmentId="S-1"))

    publish(shipment_event(eventId="a", shipmentId="S-2", revision=2))

    assert [shipment["shipmentId"] for shipment in shown()["shipments"]] == ["S-2"]


@pytest.mark.parametrize("elsewhere", [{"orderId": "FRIS00202"}, {"channelId": "shopee-th"}])
@pytest.mark.parametrize("revision", [1, 2])
def test_an_event_of_another_order_is_refused(publish: Publish, elsewhere: Fields, revision: int) -> None:
    publish(event(eventId="a"))
    why = "orderId: this event belongs to another order, and an event never moves"

    assert refused(event(eventId="a", revision=revision, **elsewhere)) == [(1, why)]
    assert refused(event(eventId="b"), event(eventId="b", revision=2, **elsewhere)) == [(2, why)]
    assert SalesOrder.objects.count() == 1
    assert history() == ["a", "b"]


@pytest.mark.parametrize("together", [True, False])
def test_another_partner_for_an_order_is_refused(publish: Publish, together: bool) -> None:
    lines: list[Line] = [event(eventId="a"), event(eventId="b", partnerId="144")]
    why = "partnerId: the order is of partner 143, and never changes partner"

    found = refused(*lines) if together else [*refused(*lines[:1]), *refused(*lines[1:])]

    assert found == [(2 if together else 1, why)]
    assert history() == ["a"]


def test_orders_of_one_id_in_two_channels_are_two_orders(publish: Publish) -> None:
    publish(event(channelId="lazada-th"), event(channelId="shopee-th", partnerId="144"))

    assert set(SalesOrder.objects.values_list("channel_id", "partner_id", "order_id")) == {
        ("lazada-th", "143", "FRIS00201"),
        ("shopee-th", "144", "FRIS00201"),
    }


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 500])
def test_the_size_of_batches_makes_no_difference_to_what_is_shown(batch_size: int) -> None:
    lines: list[Any] = [
        *new_orders(3),
        *new_orders(3, status="IN_PROGRESS"),
        b"",
        b"nonsense",
        *new_orders(1),
    ]
    rejects: list[ingest.Rejected] = []

    found = ingest.publish(lines, batch_size=batch_size, on_rejected=rejects.append)

    assert found == summary(published=7, rejected=1)
    assert [(each.number, each.line) for each in rejects] == [(8, b"nonsense")]
    assert [len(history(f"O-{number}")) for number in (1, 2, 3)] == [3, 2, 2]


def test_progress_is_told_after_each_batch() -> None:
    told: list[int] = []

    ingest.publish(new_orders(5), batch_size=2, on_progress=lambda so_far: told.append(so_far.total))

    assert told == [2, 4, 5]


def test_nothing_at_all_leaves_the_clock_alone() -> None:
    before = FeedClock.newest()

    assert ingest.publish([b"\n", b"nonsense", {}]) == summary(rejected=2)
    assert FeedClock.newest() == before
