"""What v2 shows of an order (contract, section 6)."""

import pytest
from django.test import Client

from testbed.events import event, history_of, shipment_event
from testbed.feeds import V2_FEED
from tests.conftest import Publish

pytestmark = pytest.mark.wire


def test_an_entry_is_made_by_the_event_that_changed_the_status(api: Client, publish: Publish) -> None:
    publish(
        *history_of(("order", "NEW"), ("S-1", "PACKED"), ("S-1", "IN_TRANSIT"), ("S-1", "OUT_FOR_DELIVERY"))
    )

    order = api.get(V2_FEED).json()[0]

    assert [(entry["eventId"], entry["orderStatus"]) for entry in order["orderStatus"]] == [
        ("e0", "NEW"),
        ("e2", "IN_PROGRESS"),
    ]


def test_events_of_one_instant_are_told_in_the_order_of_their_ids(api: Client, publish: Publish) -> None:
    publish(
        shipment_event(eventId="b", status="DELIVERED"),
        shipment_event(eventId="a", status="IN_TRANSIT"),
    )

    order = api.get(V2_FEED).json()[0]

    assert [entry["eventId"] for entry in order["orderDetailedStatus"]] == ["a", "b"]
    assert [entry["orderStatus"] for entry in order["orderStatus"]] == ["IN_PROGRESS", "COMPLETED"]


def test_the_detailed_status_is_preferred_and_may_be_any_word(api: Client, publish: Publish) -> None:
    publish(shipment_event(status="IN_TRANSIT", detailedStatus="DEPARTED_HUB"))

    order = api.get(V2_FEED).json()[0]

    assert order["orderDetailedStatus"][0]["orderDetailedStatus"] == "DEPARTED_HUB"


def test_a_deleted_event_is_in_neither_array(api: Client, publish: Publish) -> None:
    publish(*history_of(("order", "NEW"), ("S-1", "IN_TRANSIT")))
    publish({"eventId": "e1", "revision": 2, "deleted": True})

    order = api.get(V2_FEED).json()[0]

    assert [entry["eventId"] for entry in order["orderStatus"]] == ["e0"]
    assert [entry["eventId"] for entry in order["orderDetailedStatus"]] == ["e0"]


def test_an_order_without_events_has_empty_arrays_and_no_status(api: Client, publish: Publish) -> None:
    publish(event(eventId="e0"))
    publish({"eventId": "e0", "revision": 2, "deleted": True})

    assert api.get(V2_FEED).json() == [
        {
            "orderId": "FRIS00201",
            "partnerId": 143,
            "orderStatus": [],
            "orderDetailedStatus": [],
            "shipPackage": [],
        }
    ]
    assert api.get(V2_FEED, {"orderStatus": "NEW"}).json() == []


def test_packages_are_the_shipments_with_a_tracking_id_in_order_of_appearance(
    api: Client, publish: Publish
) -> None:
    publish(
        shipment_event(shipmentId="S-1", trackingId="late", eventTime="2026-11-20T03:00:00Z"),
        shipment_event(shipmentId="S-9", trackingId="early", eventTime="2026-11-20T01:00:00Z"),
        shipment_event(shipmentId="S-5", trackingId=None, eventTime="2026-11-20T02:00:00Z"),
    )

    order = api.get(V2_FEED).json()[0]

    assert order["shipPackage"] == [{"trackingId": "early"}, {"trackingId": "late"}]


@pytest.mark.parametrize(
    ("partner", "shown"),
    [("143", 143), ("0", 0), ("007", "007"), ("3504c0cb71d7", "3504c0cb71d7"), ("-1", "-1"), ("١٤٣", "١٤٣")],
)
def test_a_partner_that_looks_like_an_integer_is_one(
    api: Client, publish: Publish, partner: str, shown: object
) -> None:
    publish(event(partnerId=partner))

    assert api.get(V2_FEED).json()[0]["partnerId"] == shown
