"""What a page weighs is bounded, and no order is too heavy to be delivered (contract, section 4).

Fails without the comparison in `feed._fitting`, or without the condition in `forms._light`: orders are then
read before it is known what they weigh.
"""

import gzip
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders import feed, forms
from orders.forms import OctetLength
from orders.models import SalesOrder
from orders.question import _compile
from testbed.events import Fields, at, event, new_orders
from testbed.feeds import PATH
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead", "small_pages")]

LONG = {"detail": "ก" * 1000}  # 3,000 bytes
HEAVY = 20_000


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages of 20,000 bytes, so that one with a long event is weighed, and one with eight too heavy."""
    monkeypatch.setattr(forms, "MAX_PAGE_BYTES", HEAVY)
    monkeypatch.setattr(forms, "MAX_LIGHT_BYTES", 100)
    _compile.cache_clear()
    yield
    _compile.cache_clear()


def orders_of(*lengths: int) -> list[Fields]:
    """Orders O-1, O-2 ... with so many long events each, one order after another."""
    return [
        event(orderId=f"O-{number}", eventId=f"{number}-{index}", **LONG)
        for number, length in enumerate(lengths, start=1)
        for index in range(length)
    ]


def walk(api: Client, path: str, encoding: str = "identity") -> list[list[str]]:
    """The order ids of every page, by `Link`."""
    pages = []
    url: str | None = path
    while url:
        response = api.get(url, headers={"Accept-Encoding": encoding})
        packed = response.headers.get("Content-Encoding") == "gzip"
        orders: Any = orjson.loads(gzip.decompress(response.content) if packed else response.content)
        pages.append([order["orderId"] for order in (orders["orders"] if "/v3" in path else orders)])
        link = response.headers.get("Link", "")
        url = next(
            (part.split(">")[0].lstrip(" <") for part in link.split(",") if 'rel="next"' in part), None
        )
    return pages


@pytest.fixture
def heavy_orders(far_ahead: None, publish: Publish) -> None:
    """Seven orders; the third alone is heavier than a page."""
    publish(*orders_of(1, 1, 8, 1, 3, 3, 1))
    weights = dict(SalesOrder.objects.values_list("order_id", OctetLength("document")))
    assert weights["O-3"] > HEAVY > weights["O-5"] + weights["O-1"]


@pytest.mark.usefixtures("heavy_orders")
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("wire", ["/v3", "/v2", ""])
def test_a_page_ends_before_it_gets_too_heavy_and_every_order_comes(
    api: Client, wire: str, encoding: str
) -> None:
    pages = walk(api, wire + PATH, encoding)

    assert pages == [["O-1", "O-2"], ["O-3"], ["O-4", "O-5"], ["O-6", "O-7"]]


@pytest.mark.usefixtures("heavy_orders")
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_is_read_of_the_database_is_bounded_before_it_is_read(api: Client, encoding: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        pages = walk(api, f"/v3{PATH}?updatedUntil={at(2)}", encoding)

    reads = [query["sql"] for query in queries if '"document"' in query["sql"]]
    assert pages == [["O-1", "O-2"]]
    assert len(reads) == 3  # light ones, weights, and those that fit
    assert "CASE WHEN" in reads[0]
    assert "IN (" in reads[2]


@pytest.mark.usefixtures("heavy_orders")
def test_orders_by_id_that_do_not_fit_are_named_and_found_by_asking_again(api: Client) -> None:
    asked = ["O-1", "O-3", "O-5", "X"]
    path = f"/v3{PATH}/id?"

    first = api.get(path + "&".join(f"id={name}" for name in asked)).json()
    second = api.get(path + "&".join(f"id={name}" for name in first["notShown"])).json()
    third = api.get(path + "&".join(f"id={name}" for name in second["notShown"])).json()

    assert [[order["orderId"] for order in body["orders"]] for body in (first, second, third)] == [
        ["O-1"],
        ["O-3"],
        ["O-5"],
    ]
    assert [body.get("notShown") for body in (first, second, third)] == [
        ["O-3", "O-5", "X"],
        ["O-5", "X"],
        None,
    ]
    assert [body["notFound"] for body in (first, second, third)] == [[], [], ["X"]]


@pytest.mark.usefixtures("heavy_orders")
def test_v2_has_a_row_for_an_id_that_did_not_fit(api: Client) -> None:
    rows = api.get(f"/v2{PATH}/id?id=O-1&id=O-3").json()

    assert rows[0]["orderId"] == "O-1"
    message = "Not Shown: ask again, for fewer orders"
    assert rows[1:] == [{"orderId": "O-3", "error": {"code": 413, "message": message}}]


def test_an_order_that_moves_while_it_is_weighed_comes_at_its_new_time(
    api: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(*new_orders(2))
    fitting = feed._fitting

    def moving(weights: Any) -> Any:
        monkeypatch.setattr(feed, "_fitting", fitting)
        times = [*fitting(weights)]
        publish(event(orderId="O-1", eventId="later"))
        return times

    monkeypatch.setattr(feed, "_fitting", moving)
    pages = [api.get(f"/v3{PATH}").json()]
    pages.append(api.get(f"/v3{PATH}?updatedSince={pages[0]['nextUpdatedSince']}").json())

    assert [[order["orderId"] for order in page["orders"]] for page in pages] == [["O-2"], ["O-1"]]
