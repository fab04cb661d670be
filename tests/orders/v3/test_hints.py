"""What callers of other APIs try first is refused with what to use instead (contract, section 3)."""

import pytest
from django.test import Client

from testbed.events import new_orders
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

FEED = "/v3/channel/lazada-th/sales-order-status"


@pytest.mark.parametrize(
    ("query", "detail", "suggestion"),
    [
        ("since=2026-01-01T00:00:00Z", "it is v2's name", "updatedSince"),
        ("page_size=5", "it is v2's name", "pageSize"),
        ("limit=5", "a page is as large as pageSize says", "pageSize"),
        (
            "page=2",
            "pages have no numbers: send the nextUpdatedSince of the last page as updatedSince",
            "updatedSince",
        ),
        (
            "cursor=x",
            "pages have no numbers: send the nextUpdatedSince of the last page as updatedSince",
            "updatedSince",
        ),
    ],
)
def test_the_name_of_another_api_is_refused_with_ours(
    api: Client, query: str, detail: str, suggestion: str
) -> None:
    response = api.get(f"{FEED}?{query}")

    error = {
        "parameter": query.partition("=")[0],
        "detail": f"is not a parameter here; {detail}",
        "suggestion": suggestion,
    }
    assert (response.status_code, response.json()["errors"]) == (400, [error])


def test_a_status_of_shipments_is_told_to_be_one(api: Client) -> None:
    response = api.get(f"{FEED}?orderStatus=DELIVERED")

    detail = (
        "must be one of NEW, IN_PROGRESS, BACK_ORDERED, COMPLETED, CANCELED, ERROR; DELIVERED is a status of"
        " shipments, which is in shipments[].shipmentStatus"
    )
    error = {"parameter": "orderStatus", "detail": detail, "suggestion": None}
    assert (response.status_code, response.json()["errors"]) == (400, [error])


def test_ids_with_commas_are_refused_with_the_parameter_repeated(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))

    response = api.get(f"{FEED}/id?id=O-1,O-2&id=X")

    detail = "has a comma, and no order has this id; repeat the parameter"
    error = {"parameter": "id", "detail": detail, "suggestion": "O-1&id=O-2"}
    assert (response.status_code, response.json()["errors"]) == (400, [error])


def test_an_id_that_has_a_comma_is_found(api: Client, publish: Publish) -> None:
    publish(*new_orders(1, orderId="A,B"))

    body = api.get(f"{FEED}/id?id=A,B").json()

    assert [order["orderId"] for order in body["orders"]] == ["A,B"]


def test_v2_takes_no_offence(api: Client, publish: Publish) -> None:
    publish(*new_orders(1))

    rows = api.get("/v2/channel/lazada-th/sales-order-status/id?id=O-1,O-2&limit=3").json()

    assert rows == [{"orderId": "O-1,O-2", "error": {"code": 404, "message": "Not Found"}}]
