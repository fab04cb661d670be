import pytest
from django.test import Client

from testbed.events import at, event
from testbed.feeds import PARTNER_FEED
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]


def test_a_partner_sees_its_orders_of_every_channel(api: Client, publish: Publish) -> None:
    publish(
        event(orderId="A", channelId="lazada-th", eventId="e1"),
        event(orderId="B", partnerId="144"),
        event(orderId="A", channelId="shopee-th", eventId="e2"),
    )

    body = api.get(PARTNER_FEED, {"updatedSince": at(1)}).json()

    assert body == {
        "window": {"updatedSince": at(1), "updatedUntil": None},
        "orders": [
            {
                "orderId": "A",
                "channelId": "shopee-th",
                "partnerId": "143",
                "orderCreatedTime": "2026-11-20T03:11:09.000000Z",
                "updatedTime": at(3),
                "orderStatus": "NEW",
                "statusHistory": [
                    {
                        "eventId": "e2",
                        "status": "NEW",
                        "detailedStatus": None,
                        "detail": None,
                        "eventTime": "2026-11-20T03:11:09.000000Z",
                        "updatedTime": at(3),
                    }
                ],
                "shipments": [],
            }
        ],
        "hasMore": False,
        "nextUpdatedSince": at(3),
    }


def test_a_partner_filters_and_pages_as_a_channel_does(api: Client, publish: Publish) -> None:
    publish(*[event(orderId=f"O-{n}", channelId=f"c{n}", status="ERROR") for n in range(3)], event())

    response = api.get(PARTNER_FEED, {"orderStatus": "ERROR", "pageSize": "2"})

    assert [order["orderId"] for order in response.json()["orders"]] == ["O-0", "O-1"]
    assert response["Link"] == (
        f'<http://testserver{PARTNER_FEED}?orderStatus=ERROR&pageSize=2&updatedSince={at(2)}>; rel="next"'
    )
