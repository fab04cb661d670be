import re

import pytest
from django.test import Client

from callers.administration import create_caller
from testbed.events import at, event, new_orders
from testbed.feeds import FEED
from testbed.tokens import issue_token
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]


def test_a_page_holds_a_hundred_orders_unless_asked_for_fewer(api: Client, publish: Publish) -> None:
    publish(*new_orders(101))

    body = api.get(FEED).json()

    assert len(body["orders"]) == 100
    assert (body["hasMore"], body["nextUpdatedSince"]) == (True, at(100))


@pytest.mark.parametrize("size", [1, 99, 100])
def test_page_size_is_what_was_asked_for(api: Client, publish: Publish, size: int) -> None:
    publish(*new_orders(101))

    body = api.get(FEED, {"pageSize": str(size)}).json()

    assert [order["orderId"] for order in body["orders"]] == [f"O-{n}" for n in range(1, size + 1)]


def test_a_page_that_is_full_and_the_last_has_no_more(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))

    response = api.get(FEED, {"pageSize": "2"})

    assert response.json()["hasMore"] is False
    assert "Link" not in response


def test_link_is_this_url_moved_on_with_the_other_parameters_kept(api: Client, publish: Publish) -> None:
    publish(*new_orders(4))

    response = api.get(f"{FEED}?pageSize=2&updatedSince={at(1)}&updatedUntil={at(4)}&orderStatus=NEW")

    assert response["Link"] == (
        f"<http://testserver{FEED}?pageSize=2&updatedSince={at(3)}&updatedUntil={at(4)}&orderStatus=NEW>"
        '; rel="next"'
    )


def test_link_carries_the_host_that_was_asked(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))

    response = api.get(FEED, {"pageSize": "1"}, headers={"Host": "localhost:8080"})

    assert response["Link"] == f'<http://localhost:8080{FEED}?pageSize=1&updatedSince={at(1)}>; rel="next"'


def test_link_of_a_channel_with_a_strange_name_leads_back_to_it(publish: Publish) -> None:
    name = "50% off? #1 ราคา>"
    key = create_caller(username="strange", channels=[name])
    api = Client(headers={"X-Subject-Token": issue_token(username="strange", key=key)[0]})
    publish(*new_orders(2, channelId=name))
    first = api.get(
        "/v3/channel/50%25%20off%3F%20%231%20%E0%B8%A3%E0%B8%B2%E0%B8%84%E0%B8%B2%3E/sales-order-status?pageSize=1"
    )

    link = re.fullmatch(r'<http://testserver([^>]+)>; rel="next"', first["Link"])

    assert link is not None
    assert [order["orderId"] for order in api.get(link[1]).json()["orders"]] == ["O-2"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_following_next_updated_since_shows_every_order_once(
    api: Client, publish: Publish, size: int
) -> None:
    publish(*new_orders(7))
    seen: list[str] = []
    parameters = {"pageSize": str(size)}

    while True:
        body = api.get(FEED, parameters).json()
        seen += [order["orderId"] for order in body["orders"]]
        parameters["updatedSince"] = body["nextUpdatedSince"]
        if not body["hasMore"]:
            break

    assert seen == [f"O-{n}" for n in range(1, 8)]


def test_an_order_that_changes_between_two_pages_is_seen_again_and_none_is_missed(
    api: Client, publish: Publish
) -> None:
    publish(*new_orders(4))
    first = api.get(FEED, {"pageSize": "2"}).json()
    publish(event(orderId="O-1", status="COMPLETED"), event(orderId="O-3", status="CANCELED"))

    second = api.get(FEED, {"updatedSince": first["nextUpdatedSince"]}).json()

    assert [order["orderId"] for order in first["orders"]] == ["O-1", "O-2"]
    assert [order["orderId"] for order in second["orders"]] == ["O-4", "O-1", "O-3"]


def test_a_client_that_keeps_only_milliseconds_repeats_orders_but_moves_on(
    api: Client, publish: Publish
) -> None:
    publish(*new_orders(150))
    seen: list[str] = []
    since = at(0)

    for _ in range(20):
        body = api.get(FEED, {"updatedSince": since}).json()
        seen += [order["orderId"] for order in body["orders"]]
        since = re.sub(r"\d{3}Z$", "Z", body["nextUpdatedSince"])
        if not body["hasMore"]:
            break

    assert set(seen) == {f"O-{n}" for n in range(1, 151)}
