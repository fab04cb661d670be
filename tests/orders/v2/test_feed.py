import pytest
from django.test import Client

from testbed.events import at, event, new_orders, shipment_event
from testbed.feeds import PATH
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

PREFIXES = pytest.mark.parametrize("prefix", ["/v2", ""], ids=["v2", "alias"])
PARTNER = "/partner/143/sales-order-status"


@PREFIXES
@pytest.mark.parametrize("path", [PATH, PARTNER])
def test_a_page_is_a_bare_array_of_orders_that_mix_order_and_shipment(
    api: Client, publish: Publish, prefix: str, path: str
) -> None:
    publish(
        event(
            eventId="e1", detailedStatus="CREATED", detail="by telephone", eventTime="2026-11-20T01:00:00Z"
        ),
        shipment_event(eventId="e2", status="IN_TRANSIT", eventTime="2026-11-21T01:00:00Z"),
    )
    publish(shipment_event(eventId="e3", status="OUT_FOR_DELIVERY", eventTime="2026-11-22T01:00:00Z"))
    publish(event(orderId="elsewhere", channelId="shopee-th", partnerId="144"))

    response = api.get(prefix + path)

    assert response.json() == [
        {
            "orderId": "FRIS00201",
            "partnerId": 143,
            "orderStatus": [
                {
                    "eventId": "e1",
                    "orderStatus": "NEW",
                    "orderStatusDetail": "by telephone",
                    "updatedTime": at(1),
                },
                {
                    "eventId": "e2",
                    "orderStatus": "IN_PROGRESS",
                    "orderStatusDetail": None,
                    "updatedTime": at(1),
                },
            ],
            "orderDetailedStatus": [
                {
                    "eventId": "e1",
                    "orderDetailedStatus": "CREATED",
                    "updatedTime": at(1),
                    "orderUpdatedTime": "2026-11-20T01:00:00.000000Z",
                },
                {
                    "eventId": "e2",
                    "orderDetailedStatus": "IN_TRANSIT",
                    "updatedTime": at(1),
                    "orderUpdatedTime": "2026-11-21T01:00:00.000000Z",
                },
                {
                    "eventId": "e3",
                    "orderDetailedStatus": "OUT_FOR_DELIVERY",
                    "updatedTime": at(2),
                    "orderUpdatedTime": "2026-11-22T01:00:00.000000Z",
                },
            ],
            "shipPackage": [{"trackingId": "TRK1"}],
        }
    ]
    assert response["Content-Type"] == "application/json"


@PREFIXES
def test_an_empty_page_is_an_empty_array(api: Client, prefix: str) -> None:
    response = api.get(prefix + PATH)

    assert response.content == b"[]"


@pytest.mark.parametrize("name", ["since", "updatedSince"])
def test_since_has_two_names_and_is_exclusive(api: Client, publish: Publish, name: str) -> None:
    publish(*new_orders(4))

    found = api.get(PATH, {name: at(1), "updatedUntil": at(3)}).json()

    assert [order["orderId"] for order in found] == ["O-2", "O-3"]


@PREFIXES
@pytest.mark.parametrize(("since", "size"), [("since", "page_size"), ("updatedSince", "pageSize")])
def test_link_leads_to_the_next_page_by_the_names_and_path_that_were_used(
    api: Client, publish: Publish, prefix: str, since: str, size: str
) -> None:
    publish(*new_orders(4))

    response = api.get(f"{prefix}{PATH}?{since}={at(1)}&{size}=2&status=NEW&id=None")

    following = f"http://testserver{prefix}{PATH}?{since}={at(3)}&{size}=2&status=NEW&id=None"
    assert len(response.json()) == 2
    assert response["Link"].startswith(f'<{following}>; rel="next", ')


def test_the_last_page_has_no_next(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))

    response = api.get(PATH, {"page_size": "2"})

    assert len(response.json()) == 2
    assert 'rel="next"' not in response["Link"]


def test_following_link_shows_every_order_once(api: Client, publish: Publish) -> None:
    publish(*new_orders(7))
    seen: list[str] = []
    url = f"http://testserver{PATH}?page_size=2"

    while url:
        response = api.get(url.removeprefix("http://testserver"))
        seen += [order["orderId"] for order in response.json()]
        target, _, rest = response["Link"].partition(">; rel=")
        url = target[1:] if rest.startswith('"next"') else ""

    assert seen == [f"O-{n}" for n in range(1, 8)]


def test_a_page_holds_a_hundred_orders_unless_asked_for_fewer(api: Client, publish: Publish) -> None:
    publish(*new_orders(101))

    assert len(api.get(PATH).json()) == 100


def test_an_idle_poll_repeats_its_tag_and_is_not_sent_again(api: Client, publish: Publish) -> None:
    publish(event())
    first = api.get(PATH)

    second = api.get(PATH, headers={"If-None-Match": first["ETag"]})

    assert (second.status_code, second.content, second["ETag"]) == (304, b"", first["ETag"])
    assert second["Deprecation"] == first["Deprecation"]


def test_a_change_alters_the_tag(api: Client, publish: Publish) -> None:
    publish(event())
    before = api.get(PATH)["ETag"]

    publish(shipment_event())

    assert api.get(PATH, headers={"If-None-Match": before}).status_code == 200
