import pytest
from django.test import Client

from testbed.events import at, event, new_orders, shipment_event
from testbed.feeds import FEED
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

STATUSES = ["NEW", "IN_PROGRESS", "BACK_ORDERED", "COMPLETED", "CANCELED", "ERROR"]


def ids(api: Client, **parameters: str) -> list[str]:
    """The ids of the orders on one page."""
    return [order["orderId"] for order in api.get(FEED, parameters).json()["orders"]]


def test_a_page_is_the_orders_of_the_channel_with_all_that_is_known_of_them(
    api: Client, publish: Publish
) -> None:
    publish(event(orderId="A", eventId="e1", status="IN_PROGRESS", detailedStatus="PAYMENT_APPROVED"))
    publish(
        shipment_event(
            orderId="A", eventId="e2", detail="left Bangkok", eventTime="2026-11-21T08:00:00+07:00"
        )
    )
    publish(event(orderId="A", channelId="shopee-th"))

    response = api.get(FEED)

    assert response.json() == {
        "window": {"updatedSince": None, "updatedUntil": None},
        "orders": [
            {
                "orderId": "A",
                "channelId": "lazada-th",
                "partnerId": "143",
                "orderCreatedTime": "2026-11-20T03:11:09.000000Z",
                "updatedTime": at(2),
                "orderStatus": "IN_PROGRESS",
                "statusHistory": [
                    {
                        "eventId": "e1",
                        "status": "IN_PROGRESS",
                        "detailedStatus": "PAYMENT_APPROVED",
                        "detail": None,
                        "eventTime": "2026-11-20T03:11:09.000000Z",
                        "updatedTime": at(1),
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
                                "detail": "left Bangkok",
                                "eventTime": "2026-11-21T01:00:00.000000Z",
                                "updatedTime": at(2),
                            }
                        ],
                    }
                ],
            }
        ],
        "hasMore": False,
        "nextUpdatedSince": at(2),
    }
    assert response["Content-Type"] == "application/json"


def test_orders_come_in_the_order_of_their_last_change(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    publish(event(orderId="O-1", status="COMPLETED"))

    found = ids(api)

    assert found == ["O-2", "O-3", "O-1"]


@pytest.mark.parametrize("status", STATUSES)
def test_order_status_filters_on_what_the_order_says_of_itself_now(
    api: Client, publish: Publish, status: str
) -> None:
    for name in STATUSES:
        publish(event(orderId=f"was-{name}", status=name), event(orderId=name, status=name))
        publish(event(orderId=f"was-{name}", status="NEW" if name != "NEW" else "COMPLETED"))
    now = {"NEW": [f"was-{name}" for name in STATUSES if name != "NEW"], "COMPLETED": ["was-NEW"]}

    found = ids(api, orderStatus=status)

    assert sorted(found) == sorted([status, *now.get(status, [])])


def test_without_a_filter_nothing_is_hidden(api: Client, publish: Publish) -> None:
    publish(*[event(orderId=status, status=status) for status in ("NEW", "COMPLETED", "CANCELED", "ERROR")])

    assert ids(api) == ["NEW", "COMPLETED", "CANCELED", "ERROR"]


def test_an_order_whose_only_event_was_deleted_is_still_there(api: Client, publish: Publish) -> None:
    publish(event(eventId="e1"))
    publish({"eventId": "e1", "revision": 2, "deleted": True})

    order = api.get(FEED).json()["orders"][0]

    assert (order["orderStatus"], order["statusHistory"], order["updatedTime"]) == (None, [], at(2))


@pytest.mark.parametrize(
    "text",
    ['","updatedTime":"9999', "ราคา 😀 é", '\\\\"{}[]', "%s %(x)s ?", "line\u2028separator", "&amp;<b>"],
)
def test_any_text_goes_out_as_it_came_in(api: Client, publish: Publish, text: str) -> None:
    publish(event(orderId=text, eventId=text, detail=text, detailedStatus=text))
    publish(event(orderId="next"))

    page = api.get(FEED, {"pageSize": "1"}).json()
    named = api.get(f"{FEED}/id", {"id": text}).json()

    entry = page["orders"][0]["statusHistory"][0]
    assert (
        page["orders"][0]["orderId"] == entry["eventId"] == entry["detail"] == entry["detailedStatus"] == text
    )
    assert page["nextUpdatedSince"] == at(1)
    assert named == {"orders": page["orders"], "notFound": []}
