"""The stored v3 document (contract, section 4), built from events that no database has seen."""

from datetime import UTC, datetime
from typing import Any

import orjson

from orders import documents
from orders.documents import KnownEvent
from orders.models import SalesOrder, Shipment

ORDER = SalesOrder(channel_id="lazada-th", partner_id="143", order_id="FRIS00201")


def at(minute: int) -> datetime:
    return datetime(2026, 11, 20, 3, minute, tzinfo=UTC)


def happened(
    event_id: str, status: str, minute: int = 0, shipment: str | None = None, **fields: Any
) -> KnownEvent:
    """An event of the order itself, published at 04:00, unless told."""
    told: dict[str, Any] = {
        "event_id": event_id,
        "revision": 1,
        "deleted": False,
        "order": ORDER,
        "shipment": Shipment(shipment_id=shipment) if shipment else None,
        "order_created_time": at(0),
        "status": status,
        "event_time": at(minute),
        "updated_time": datetime(2026, 11, 20, 4, tzinfo=UTC),
    } | fields
    return KnownEvent(**told)


def test_an_order_is_shown_whole() -> None:
    placed = happened("e1", "NEW", detailed_status="PAID", detail="by card")
    left = happened("e2", "IN_TRANSIT", 5, shipment="S-1", tracking_id="TRK1", carrier="KERRY")

    document = documents.build(ORDER, [left, placed])

    assert document == {
        "orderId": "FRIS00201",
        "channelId": "lazada-th",
        "partnerId": "143",
        "orderCreatedTime": "2026-11-20T03:00:00.000000Z",
        "updatedTime": None,
        "orderStatus": "NEW",
        "statusHistory": [
            {
                "eventId": "e1",
                "status": "NEW",
                "detailedStatus": "PAID",
                "detail": "by card",
                "eventTime": "2026-11-20T03:00:00.000000Z",
                "updatedTime": "2026-11-20T04:00:00.000000Z",
            }
        ],
        "shipments": [
            {
                "shipmentId": "S-1",
                "trackingId": "TRK1",
                "carrier": "KERRY",
                "shipmentStatus": "IN_TRANSIT",
                "statusHistory": [
                    {
                        "eventId": "e2",
                        "status": "IN_TRANSIT",
                        "detailedStatus": None,
                        "detail": None,
                        "eventTime": "2026-11-20T03:05:00.000000Z",
                        "updatedTime": "2026-11-20T04:00:00.000000Z",
                    }
                ],
            }
        ],
    }


def test_a_history_goes_by_event_time_and_then_by_id() -> None:
    events = [happened("c", "NEW", 2), happened("b", "COMPLETED", 3), happened("a", "CANCELED", 3)]

    document = documents.build(ORDER, events)

    assert [entry["eventId"] for entry in document["statusHistory"]] == ["c", "a", "b"]
    assert document["orderStatus"] == "COMPLETED"


def test_an_order_whose_events_are_all_deleted_is_shown_empty() -> None:
    events = [happened("a", "NEW", deleted=True), happened("b", "PACKED", deleted=True, shipment="S-1")]

    document = documents.build(ORDER, events)

    assert (document["orderStatus"], document["statusHistory"]) == (None, [])
    assert document["shipments"] == [
        {"shipmentId": "S-1", "statusHistory": []}
        | dict.fromkeys(["trackingId", "carrier", "shipmentStatus"])
    ]


def test_shipments_are_listed_by_their_first_event() -> None:
    events = [
        happened("a", "PACKED", 2, shipment="S-1"),
        happened("b", "PACKED", 1, shipment="S-2"),
        happened("c", "DELIVERED", 3, shipment="S-2"),
    ]

    shipments = documents.build(ORDER, events)["shipments"]

    assert [(each["shipmentId"], each["shipmentStatus"]) for each in shipments] == [
        ("S-2", "DELIVERED"),
        ("S-1", "PACKED"),
    ]


def test_the_newest_tracking_number_is_kept_by_a_later_event_without_one() -> None:
    events = [
        happened("a", "PACKED", 1, shipment="S-1", tracking_id="OLD", carrier="KERRY"),
        happened("b", "IN_TRANSIT", 2, shipment="S-1", tracking_id="TRK1"),
        happened("c", "DELIVERED", 3, shipment="S-1"),
        happened("d", "RETURNED", 4, shipment="S-1", tracking_id="WITHDRAWN", deleted=True),
    ]

    (shipment,) = documents.build(ORDER, events)["shipments"]

    assert (shipment["trackingId"], shipment["carrier"]) == ("TRK1", "KERRY")


def test_a_stamp_is_for_the_order_and_for_entries_that_have_none() -> None:
    old, new = happened("a", "NEW"), happened("b", "PACKED", shipment="S-1", updated_time=None)
    document = documents.build(ORDER, [old, new])

    documents.stamp(document, datetime(2026, 11, 20, 5, microsecond=20, tzinfo=UTC))

    assert document["updatedTime"] == "2026-11-20T05:00:00.000020Z"
    assert document["statusHistory"][0]["updatedTime"] == "2026-11-20T04:00:00.000000Z"
    assert document["shipments"][0]["statusHistory"][0]["updatedTime"] == "2026-11-20T05:00:00.000020Z"


def test_the_text_is_the_document_in_json_and_not_escaped() -> None:
    document = documents.build(ORDER, [happened("a", "NEW", detail='ส่งแล้ว "quoted"')])

    text = documents.to_text(document)

    assert orjson.loads(text) == document
    assert 'ส่งแล้ว \\"quoted\\"' in text
