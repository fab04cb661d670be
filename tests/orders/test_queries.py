import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from testbed.events import at, new_orders, shipment_event
from testbed.feeds import PATH
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

PARTNER = "/partner/143/sales-order-status"


@pytest.mark.parametrize("wire", ["/v3", "/v2", ""])
@pytest.mark.parametrize(
    "question",
    [
        PATH,
        PARTNER,
        f"{PATH}?updatedSince={at(1)}",
        f"{PATH}?updatedUntil={at(3)}&orderStatus=NEW&pageSize=2",
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
    now_is_past = question.replace(at(1), "2026-01-01T00:00:00Z").replace(at(3), "2026-11-23T00:00:00Z")

    with django_assert_num_queries(1):
        response = api.get(wire + now_is_past)

    assert response.status_code == 200


@pytest.mark.parametrize("wire", ["/v3", "/v2", ""])
def test_an_idle_poll_costs_one_query(
    api: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, wire: str
) -> None:
    publish(*new_orders(5))
    etag = api.get(wire + PATH)["ETag"]

    with django_assert_num_queries(1):
        response = api.get(wire + PATH, headers={"If-None-Match": etag})

    assert response.status_code == 304


def test_a_refused_question_costs_none(
    api: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get("/v3" + PATH)

    with django_assert_num_queries(0):
        refused = [api.get(f"/v3{PATH}?pageSize=0"), api.get("/v3/channel/other/sales-order-status")]

    assert [response.status_code for response in refused] == [400, 403]
