import pytest
from django.test import Client

from testbed.events import at, event, new_orders, withdrawal
from testbed.feeds import FEED
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

BY_ID = f"{FEED}/id"
URLS = [FEED, f"{FEED}?updatedSince={at(1)}", f"{BY_ID}?id=O-1&id=X", f"{BY_ID}?id=X"]


@pytest.mark.parametrize("url", URLS)
def test_an_answer_that_the_client_has_is_not_sent_again(api: Client, publish: Publish, url: str) -> None:
    publish(*new_orders(2))
    etag = api.get(url)["ETag"]

    response = api.get(url, headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == etag
    assert etag.startswith('W/"')
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Vary"] == "X-Subject-Token, Authorization, Accept-Encoding"
    assert "Content-Type" not in response
    assert response.get("Content-Length", "") != "0"


@pytest.mark.parametrize(
    "form", ["{weak}", "{strong}", "*", '"other", {weak}', '{strong},W/"x"', ' {weak} , "y"']
)
def test_if_none_match_is_a_list_that_is_compared_weakly(api: Client, publish: Publish, form: str) -> None:
    publish(event())
    weak = api.get(FEED)["ETag"]

    response = api.get(
        FEED, headers={"If-None-Match": form.format(weak=weak, strong=weak.removeprefix("W/"))}
    )

    assert response.status_code == 304


@pytest.mark.parametrize("text", ['"other"', "", "W/", "not a tag", '""', "**"])
def test_another_tag_gets_the_page(api: Client, publish: Publish, text: str) -> None:
    publish(event())

    response = api.get(FEED, headers={"If-None-Match": text})

    assert response.status_code == 200
    assert len(response.json()["orders"]) == 1


def test_the_star_does_not_hide_an_error(api: Client) -> None:
    response = api.get(FEED, {"pageSize": "0"}, headers={"If-None-Match": "*"})

    assert response.status_code == 400


@pytest.mark.parametrize("url", URLS)
def test_an_idle_poll_repeats_its_tag(api: Client, publish: Publish, url: str) -> None:
    events = new_orders(2)
    publish(*events)
    before = api.get(url)

    publish(*events)
    publish(event(orderId="other", channelId="shopee-th"))

    after = api.get(url)
    assert after["ETag"] == before["ETag"]
    assert after.content == before.content


@pytest.mark.parametrize("url", URLS[:3])
@pytest.mark.parametrize(
    "change",
    [
        event(orderId="O-1", status="COMPLETED"),
        withdrawal("first"),
        event(orderId="O-1", eventId="first", revision=2, detail="x"),
    ],
    ids=["new event", "deletion", "revision"],
)
def test_every_change_alters_the_tag(
    api: Client, publish: Publish, url: str, change: dict[str, object]
) -> None:
    publish(event(orderId="O-1", eventId="first"), event(orderId="O-2"))
    before = api.get(url)["ETag"]

    publish(change)

    response = api.get(url, headers={"If-None-Match": before})
    assert response.status_code == 200
    assert response["ETag"] != before


def test_a_page_that_gets_a_successor_gets_another_tag(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))
    before = api.get(FEED, {"pageSize": "2"})["ETag"]

    publish(event(orderId="O-3"))

    assert api.get(FEED, {"pageSize": "2"})["ETag"] != before


def test_an_order_that_leaves_a_filter_alters_the_tag(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))
    before = api.get(FEED, {"orderStatus": "NEW"})["ETag"]

    publish(event(orderId="O-1", status="COMPLETED"))

    assert api.get(FEED, {"orderStatus": "NEW"})["ETag"] != before
