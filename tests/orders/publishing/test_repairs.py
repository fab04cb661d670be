"""What `audit --repair` does for pollers, and what it leaves alone."""

import pytest
from django.test import Client

from orders.models import REPRESENTATION, FeedClock, SalesOrder, StatusEvent
from orders.publishing import ingest
from testbed.events import event, new_orders, shipment_event
from testbed.feeds import FEED
from tests.orders.publishing.damages import CHANNEL, FILED, ORDER, change
from tests.orders.publishing.test_audit import audit
from tests.orders.publishing.test_render_documents import render_documents
from tests.published import shown
from wire.times import format_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed")]


@pytest.fixture(autouse=True)
def orders(committed: None) -> None:
    """FRIS00201, which is completed, and O-1."""
    ingest.publish([event(eventId="a", status="COMPLETED"), shipment_event(eventId="b"), *new_orders(1)])


def test_an_order_that_was_filed_wrongly_comes_to_those_who_filter(api: Client) -> None:
    change(SalesOrder, order_status="NEW")
    gone_past = format_time(FeedClock.newest())

    sentences, _ = audit("--repair")

    page = api.get(FEED, {"updatedSince": gone_past, "orderStatus": "COMPLETED"}).json()
    assert sentences[0] == FILED
    assert [order["orderId"] for order in page["orders"]] == ["FRIS00201"]
    assert page["orders"][0]["updatedTime"] > gone_past


@pytest.fixture
def without_events() -> None:
    """Somebody deleted the events of FRIS00201 by SQL, and the file of O-1 was damaged as well."""
    StatusEvent.objects.filter(order__order_id="FRIS00201").delete()
    SalesOrder.objects.filter(order_id="O-1").update(document="{")


NO_EVENT = f"{ORDER} has no event."


@pytest.mark.usefixtures("without_events")
def test_an_order_without_events_is_found_and_left_and_those_after_it_are_repaired() -> None:
    before = shown()

    found, repaired = audit(), audit("--repair")

    count = len(found[0])
    assert found[0][0] == NO_EVENT
    assert f"Order O-1 of channel {CHANNEL} has a document that is not an order." in found[0]
    assert repaired[0] == [*found[0], f"Findings: {count}. Rendered again; what is left:", NO_EVENT]
    assert repaired[1] == f"Findings: 1 of {count} are left, which rendering does not repair."
    assert (shown(), shown("O-1")["orderStatus"]) == (before, "NEW")


@pytest.mark.usefixtures("without_events")
def test_an_order_without_events_is_left_by_render_documents_which_says_so() -> None:
    before = shown()
    SalesOrder.objects.update(representation=REPRESENTATION - 1)

    said = render_documents().splitlines()

    assert said == [
        "rewritten 1, of which 1 got a new updatedTime",
        "left 1 in an older representation: without events an order cannot be rendered (see audit)",
    ]
    assert shown() == before


@pytest.mark.usefixtures("without_events")
def test_an_order_without_events_takes_new_ones() -> None:
    assert ingest.publish([event(eventId="z", status="CANCELED")]) == ingest.Summary(published=1)

    assert (shown()["orderStatus"], shown()["shipments"]) == ("CANCELED", [])
