import pytest
from django.test import Client

from testbed.events import at, event, new_orders
from testbed.feeds import FEED
from tests.conftest import Publish
from tests.shapes import assert_bad_parameters

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

CHANNEL = f"{FEED}/id"
PARTNER = "/v3/partner/143/sales-order-status/id"


def test_an_order_is_the_same_by_id_as_in_the_feed(api: Client, publish: Publish) -> None:
    publish(event(orderId="A"))
    in_feed = api.get(FEED).json()["orders"]

    response = api.get(CHANNEL, {"id": "A"})

    assert response.json() == {"orders": in_feed, "notFound": []}
    assert in_feed[0]["updatedTime"] == at(1)


def test_orders_come_in_the_order_asked_for_and_what_is_not_there_is_named(
    api: Client, publish: Publish
) -> None:
    publish(*new_orders(3), event(orderId="elsewhere", channelId="shopee-th"))

    body = api.get(CHANNEL, {"id": ["O-3", "X", "O-1", "elsewhere"]}).json()

    assert [order["orderId"] for order in body["orders"]] == ["O-3", "O-1"]
    assert body["notFound"] == ["X", "elsewhere"]


def test_an_id_that_is_asked_for_twice_is_answered_once(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))

    body = api.get(CHANNEL, {"id": ["O-2", "O-1", "O-2"]}).json()

    assert [order["orderId"] for order in body["orders"]] == ["O-2", "O-1"]


def test_a_partner_gets_every_order_of_an_id(api: Client, publish: Publish) -> None:
    publish(*[event(orderId="A", channelId=channel) for channel in ("c1", "c2", "c3")], event(orderId="B"))

    body = api.get(PARTNER, {"id": ["B", "A"]}).json()

    assert [(order["orderId"], order["channelId"]) for order in body["orders"]] == [
        ("B", "lazada-th"),
        ("A", "c1"),
        ("A", "c2"),
        ("A", "c3"),
    ]
    assert body["notFound"] == []


def test_ten_ids_are_possible_and_eleven_are_not(api: Client, publish: Publish) -> None:
    publish(*new_orders(11))
    names = [f"O-{number}" for number in range(1, 12)]

    ten, eleven = api.get(CHANNEL, {"id": names[:10]}), api.get(CHANNEL, {"id": names})

    assert [order["orderId"] for order in ten.json()["orders"]] == names[:10]
    assert_bad_parameters(eleven, ("id", "at most 10 times", None))


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", ("id", "is missing", None)),
        ("id=", ("id", "must not be empty", None)),
        ("id=A&id=", ("id", "must not be empty", None)),
        ("id=A%00B", ("id", "no control character", None)),
        ("id=" + "A" * 101, ("id", "1 to 100", None)),
        ("id=" + "A" * 10_000, ("id", "1 to 100", None)),
    ],
)
def test_an_id_that_cannot_be_one_is_refused(api: Client, query: str, error: tuple[str, str, None]) -> None:
    response = api.get(f"{CHANNEL}?{query}")

    assert_bad_parameters(response, error)


@pytest.mark.parametrize(
    ("name", "nearest"), [("ids", "id"), ("ID", "id"), ("orderId", None), ("pageSize", None)]
)
def test_another_parameter_is_refused(api: Client, name: str, nearest: str | None) -> None:
    response = api.get(CHANNEL, {"id": "A", name: "1"})

    assert_bad_parameters(response, (name, "known are id", nearest))
