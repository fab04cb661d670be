"""A poll from earlier than what was forgotten: 410 in v3, whatever a process remembers."""

import gzip
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from orders.models import FeedClock, Forgotten, SalesOrder
from orders.publishing.forget import forget
from orders.publishing.removing import erase_order
from testbed.events import at, event, new_orders
from tests.conftest import Publish
from tests.orders.publishing.test_forget import ALL, after
from tests.shapes import assert_problem
from wire.times import EARLIEST, format_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed", "far_ahead")]

CHANNEL = "/v3/channel/lazada-th/sales-order-status"
PARTNER = "/v3/partner/143/sales-order-status"


def assert_resync(answer: Any, begin: str) -> None:
    """410, with the URL to begin again."""
    detail = (
        "Changes later than this updatedSince are not kept any more, so some may be missing."
        f" Begin again without it, and replace what you hold: {begin}"
    )
    assert_problem(answer, 410, "RESYNC_REQUIRED", detail=detail)
    assert answer["Link"] == f'<{begin}>; rel="first"'
    assert "ETag" not in answer


def ids(answer: Any) -> list[str]:
    return [order["orderId"] for order in answer.json()["orders"]]


@pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "gzip"}])
@pytest.mark.parametrize("path", [CHANNEL, PARTNER])
def test_who_is_earlier_begins_again_and_who_has_read_it_goes_on(
    api: Client, publish: Publish, path: str, headers: dict[str, str]
) -> None:
    publish(*new_orders(6))
    forget(before=after(3))

    behind = api.get(path, {"updatedSince": at(2), "pageSize": "2"}, headers=headers)
    there = api.get(path, {"updatedSince": at(3)})
    anew = api.get(path, {"pageSize": "1"})

    assert_resync(behind, f"http://testserver{path}?pageSize=2")
    assert "RateLimit" in behind
    assert (ids(there), ids(anew)) == (["O-4", "O-5", "O-6"], ["O-4"])
    assert ids(api.get(path, {"updatedSince": anew.json()["nextUpdatedSince"]})) == ["O-5", "O-6"]


def test_a_page_that_would_be_empty_is_410_too(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    forget(before=ALL)

    for query, rest in (
        ({"updatedSince": at(2)}, ""),
        ({"updatedSince": at(1), "updatedUntil": at(2)}, f"?updatedUntil={at(2)}"),
        ({"updatedSince": at(1), "orderStatus": "ERROR"}, "?orderStatus=ERROR"),
    ):
        assert_resync(api.get(CHANNEL, query), f"http://testserver{CHANNEL}{rest}")
    assert ids(api.get(CHANNEL, {"updatedSince": at(3)})) == []
    assert ids(api.get(CHANNEL)) == []


def test_an_entity_tag_hides_no_410(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    query = {"updatedSince": at(1), "orderStatus": "ERROR"}
    tag = api.get(CHANNEL, query)["ETag"]
    assert api.get(CHANNEL, query, headers={"If-None-Match": tag}).status_code == 304

    forget(before=after(2))

    for sent in (tag, "*"):
        assert api.get(CHANNEL, query, headers={"If-None-Match": sent}).status_code == 410
    assert api.head(CHANNEL, query).status_code == 410


def test_forgotten_orders_are_not_found_by_id(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    forget(before=after(2))

    by_id = api.get(f"{CHANNEL}/id?id=O-1&id=O-3").json()

    assert ([order["orderId"] for order in by_id["orders"]], by_id["notFound"]) == (["O-3"], ["O-1"])


def test_other_feeds_are_not_touched(api: Client, publish: Publish) -> None:
    publish(event(orderId="A", partnerId="144"), event(orderId="B", channelId="other"), event(orderId="C"))
    forget(before=after(1))

    assert api.get(CHANNEL, {"updatedSince": "2026-01-01T00:00:00Z"}).status_code == 410
    assert ids(api.get(PARTNER, {"updatedSince": "2026-01-01T00:00:00Z"})) == ["B", "C"]


def test_an_erased_order_sends_nobody_back(api: Client, publish: Publish) -> None:
    """What nobody may have any more is no gap; and who begins again would meet it again and again."""
    publish(*new_orders(3))
    erase_order(channel_id="lazada-th", order_id="O-2")

    assert ids(api.get(CHANNEL, {"updatedSince": at(1)})) == ["O-3"]
    assert api.get(f"{CHANNEL}/id?id=O-2").json() == {"orders": [], "notFound": ["O-2"]}


def test_heavy_orders_hide_no_gap(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))
    publish(*(event(orderId="heavy", detail="x" * 4000) for _ in range(30)))
    forget(before=after(1))

    assert api.get(CHANNEL, {"updatedSince": "2026-01-01T00:00:00Z"}).status_code == 410
    assert ids(api.get(CHANNEL, {"updatedSince": at(1)})) == ["O-2", "heavy"]


def test_a_page_costs_one_query_and_an_idle_poll_none(
    api: Client, publish: Publish, settings: Settings
) -> None:
    settings.FEED_MEMORY_MILLISECONDS = 60_000
    FeedClock.objects.update(last_time=EARLIEST)
    publish(*new_orders(3))
    times = list(SalesOrder.objects.in_feed_order().values_list("updated_time", flat=True))
    _, second, third = map(format_time, times)
    forget(before=times[1])
    api.get(CHANNEL, {"updatedSince": third})

    with CaptureQueriesContext(connection) as page:
        assert ids(api.get(CHANNEL, {"updatedSince": second})) == ["O-3"]
    with CaptureQueriesContext(connection) as refused:
        assert api.get(CHANNEL, {"updatedSince": "2026-01-01T00:00:00Z"}).status_code == 410
    with CaptureQueriesContext(connection) as idle:
        assert ids(api.get(CHANNEL, {"updatedSince": third})) == []

    assert (len(page), len(refused), len(idle)) == (1, 1, 0)


def test_a_process_with_an_old_memory_gives_nothing_away(
    api: Client, publish: Publish, settings: Settings
) -> None:
    """It may say once more that nothing is new, to whom nothing was; the poller then stays where it is."""
    settings.FEED_MEMORY_MILLISECONDS = 60_000
    publish(*new_orders(3))
    assert ids(api.get(CHANNEL, {"updatedSince": at(3)})) == []
    publish(event(orderId="O-1", eventId="late"))
    forget(before=ALL)

    still = api.get(CHANNEL, {"updatedSince": at(3)})
    behind = api.get(CHANNEL, {"updatedSince": at(2)})

    assert (still.status_code, still.json()["nextUpdatedSince"]) == (200, at(3))
    assert behind.status_code == 410
    settings.FEED_MEMORY_MILLISECONDS = 0
    assert api.get(CHANNEL, {"updatedSince": at(3)}).status_code == 410


def test_the_same_moment_shows_orders_and_marks(api: Client, publish: Publish) -> None:
    """What removes orders moves the mark with them: a page of before it has all, one of after it is 410."""
    publish(*new_orders(2))
    seen = set()

    class Undone(Exception):
        pass

    def look(*arguments: object) -> None:
        seen.add((SalesOrder.objects.count(), Forgotten.objects.count()))
        raise Undone

    with pytest.raises(Undone):
        forget(before=ALL, on_progress=look)

    assert seen == {(0, 2)}


def test_joined_pages_are_whole(api: Client, publish: Publish) -> None:
    publish(*new_orders(100))
    forget(before=after(10))
    answer = api.get(CHANNEL, {"updatedSince": at(10)}, headers={"Accept-Encoding": "gzip"})

    orders = json.loads(gzip.decompress(answer.content))["orders"]
    assert answer["Content-Encoding"] == "gzip"
    assert [order["orderId"] for order in orders] == [f"O-{number}" for number in range(11, 101)]
