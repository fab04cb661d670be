"""Pages in gzip, joined from what was compressed at publishing: the same page, whoever asks."""

import gzip

import pytest
from django.db.models import F
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from orders import fragments
from orders.models import STEP, SalesOrder
from testbed.events import at, event, new_orders, shipment_event, withdrawal
from testbed.feeds import FEED
from tests.conftest import Publish
from wire.times import format_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

TAKES_GZIP = {"Accept-Encoding": "gzip"}
SAME_HEADERS = ["ETag", "Link", "Vary", "Cache-Control", "Content-Type", "Allow"]
with_fixtures = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def assert_same_in_gzip(api: Client, url: str) -> bytes:
    """Ask in both ways, compare body and headers; the plain body."""
    plain, packed = api.get(url), api.get(url, headers=TAKES_GZIP)

    assert (plain.status_code, packed.status_code) == (200, 200)
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Length"] == str(len(packed.content))
    assert [packed.get(name) for name in SAME_HEADERS] == [plain.get(name) for name in SAME_HEADERS]
    return bytes(plain.content)


@pytest.fixture
def three_orders(far_ahead: None, publish: Publish) -> None:
    publish(
        *new_orders(3, detail="ส่งแล้ว 😀"),
        *(shipment_event(orderId=f"O-{number}", detail='"') for number in (1, 2, 3)),
    )


@pytest.fixture
def no_compressing(monkeypatch: pytest.MonkeyPatch, three_orders: None) -> None:
    """Nothing can be compressed any more after the orders are published."""
    monkeypatch.setattr("isal.isal_zlib.compressobj", None)
    monkeypatch.setattr("isal.igzip.compress", None)


@pytest.mark.usefixtures("no_compressing")
@pytest.mark.parametrize(
    "query", ["", "?pageSize=1", f"?updatedSince={at(1)}&updatedUntil={at(3)}&orderStatus=NEW&pageSize=2"]
)
def test_a_page_is_joined_from_what_is_compressed_already(api: Client, query: str) -> None:
    assert_same_in_gzip(api, FEED + query)


@given(
    details=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=300), max_size=5
    )
)
@with_fixtures
def test_whatever_is_published_is_the_same_in_gzip(api: Client, publish: Publish, details: list[str]) -> None:
    publish(*new_orders(3), *(event(detail=detail or None) for detail in details))

    assert_same_in_gzip(api, FEED)


def test_a_full_page_of_a_hundred_is_the_same_in_gzip(api: Client, publish: Publish) -> None:
    publish(*new_orders(101))

    body = assert_same_in_gzip(api, FEED)

    assert body.count(b'"orderId"') == 100


@pytest.mark.usefixtures("three_orders")
@pytest.mark.parametrize(
    "older",
    [
        {"fragment": None, "fragment_time": None},
        {"fragment": None},
        {"fragment_time": None},
        {"fragment": b"an older order", "fragment_time": F("updated_time") - STEP},
    ],
)
def test_an_order_without_a_fragment_is_compressed_on_the_way(api: Client, older: dict[str, object]) -> None:
    before = api.get(FEED).content
    SalesOrder.objects.filter(order_id="O-2").update(**older)

    assert assert_same_in_gzip(api, FEED) == before


@pytest.mark.usefixtures("three_orders")
def test_what_a_publisher_of_the_first_release_writes_is_never_shown_as_it_was_before(api: Client) -> None:
    """It rewrites the document and its time, and knows nothing of the fragment beside it."""
    order = SalesOrder.objects.get(order_id="O-2")
    time = order.updated_time + 10 * STEP
    document = order.document.replace(format_time(order.updated_time), format_time(time), 1).replace(
        '"orderStatus":"NEW"', '"orderStatus":"CANCELED"', 1
    )
    SalesOrder.objects.filter(pk=order.pk).update(
        document=document, updated_time=time, order_status="CANCELED"
    )

    page = api.get(f"{FEED}?orderStatus=CANCELED", headers=TAKES_GZIP)

    body = gzip.decompress(page.content).decode()
    assert document in body
    assert f'"nextUpdatedSince":"{format_time(time)}"' in body
    assert_same_in_gzip(api, FEED)


@pytest.mark.usefixtures("three_orders")
def test_a_fragment_that_is_the_orders_is_sent_as_it_is(api: Client) -> None:
    order = SalesOrder.objects.get(order_id="O-3")
    other = fragments.make(b'{"made":"up"}' * 50, format_time(order.updated_time))
    SalesOrder.objects.filter(pk=order.pk).update(fragment=other)

    page = api.get(FEED, headers=TAKES_GZIP)

    assert b'{"made":"up"}' * 50 in gzip.decompress(page.content)


def test_a_page_that_fits_a_packet_is_sent_plain(api: Client, publish: Publish) -> None:
    publish(event(eventId="gone"), withdrawal("gone"))
    plain = api.get(FEED)

    small = api.get(FEED, headers=TAKES_GZIP)

    assert 200 < len(small.content) < 500
    assert small.json()["orders"][0]["statusHistory"] == []
    assert "Content-Encoding" not in small
    assert (small.content, small["ETag"]) == (plain.content, plain["ETag"])


@pytest.mark.usefixtures("three_orders")
def test_a_page_in_gzip_that_the_client_has_is_not_sent_again(api: Client) -> None:
    etag = api.get(FEED, headers=TAKES_GZIP)["ETag"]

    response = api.get(FEED, headers=TAKES_GZIP | {"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")
    assert "Content-Encoding" not in response
    assert "Content-Type" not in response


@pytest.mark.usefixtures("three_orders")
def test_head_tells_of_the_page_in_gzip(api: Client) -> None:
    page = api.get(FEED, headers=TAKES_GZIP)

    head = api.head(FEED, headers=TAKES_GZIP)

    assert head.content == b""
    assert [head[name] for name in ("Content-Encoding", "Content-Length", "ETag")] == [
        page[name] for name in ("Content-Encoding", "Content-Length", "ETag")
    ]


@pytest.mark.usefixtures("three_orders")
def test_a_page_in_gzip_costs_one_query(
    api: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get(FEED)

    with django_assert_num_queries(1):
        api.get(FEED, headers=TAKES_GZIP)
