import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from orders.models import FeedClock
from testbed.events import new_orders, shipment_event
from testbed.feeds import PATH
from tests.conftest import Publish
from wire.times import format_time

pytestmark = pytest.mark.wire

PARTNER = "/partner/143/sales-order-status"


@pytest.mark.parametrize("wire", ["/v3", "/v2", ""])
@pytest.mark.parametrize(
    "question",
    [
        PATH,
        PARTNER,
        f"{PATH}?updatedSince=2026-01-01T00:00:00Z",
        f"{PATH}?updatedUntil=2026-11-23T00:00:00Z&orderStatus=NEW&pageSize=2",
        f"{PATH}/id?id=O-1&id=O-2&id=X",
        f"{PARTNER}/id?id=O-1",
    ],
)
def test_a_page_costs_one_query_once_the_caller_is_known(
    api: Client,
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    wire: str,
    question: str,
) -> None:
    publish(*new_orders(5), *[shipment_event(orderId=f"O-{n}") for n in range(1, 6)])
    api.get(wire + PATH)

    with django_assert_num_queries(1):
        response = api.get(wire + question)

    assert response.status_code == 200


@pytest.mark.parametrize("wire", ["/v3", "/v2", ""])
def test_a_page_that_has_not_changed_costs_one_query(
    api: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, wire: str
) -> None:
    publish(*new_orders(5))
    etag = api.get(wire + PATH)["ETag"]

    with django_assert_num_queries(1):
        response = api.get(wire + PATH, headers={"If-None-Match": etag})

    assert response.status_code == 304


@pytest.mark.parametrize(("memory", "queries"), [(0, 1), (60_000, 0)])
@pytest.mark.parametrize("wire", ["/v3", "/v2", ""])
def test_an_idle_poll_costs_no_query_while_heads_are_remembered_and_one_otherwise(
    api: Client,
    publish: Publish,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
    wire: str,
    memory: int,
    queries: int,
) -> None:
    settings.FEED_MEMORY_MILLISECONDS = memory
    publish(*new_orders(5))
    idle = f"{wire}{PATH}?updatedSince={format_time(FeedClock.newest())}"
    first = api.get(idle)

    with django_assert_num_queries(queries):
        again = api.get(idle)
    with django_assert_num_queries(queries):
        matching = api.get(idle, headers={"If-None-Match": first["ETag"]})

    assert again.json() == first.json()
    assert "O-" not in again.content.decode()
    assert (again.status_code, matching.status_code) == (200, 304)


def test_a_refused_question_costs_none(
    api: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get("/v3" + PATH)

    with django_assert_num_queries(0):
        refused = [api.get(f"/v3{PATH}?pageSize=0"), api.get("/v3/channel/other/sales-order-status")]

    assert [response.status_code for response in refused] == [400, 403]
