import pytest
from django.test import Client

from testbed.events import event, new_orders
from testbed.feeds import PATH
from tests.conftest import Publish
from tests.shapes import assert_legacy_error

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

PREFIXES = pytest.mark.parametrize("prefix", ["/v2", ""], ids=["v2", "alias"])


@PREFIXES
def test_each_id_has_its_row_found_or_not_in_the_order_asked_for(
    api: Client, publish: Publish, prefix: str
) -> None:
    publish(*new_orders(2))
    first, second = api.get(PATH).json()

    rows = api.get(f"{prefix}{PATH}/id?id=O-2&id=X&id=O-1").json()

    assert rows == [second, {"orderId": "X", "error": {"code": 404, "message": "Not Found"}}, first]


@PREFIXES
def test_a_partner_gets_every_order_of_an_id(api: Client, publish: Publish, prefix: str) -> None:
    publish(event(channelId="c1", eventId="e1"), event(channelId="c2", eventId="e2"))

    rows = api.get(f"{prefix}/partner/143/sales-order-status/id?id=FRIS00201").json()

    assert [row["orderStatus"][0]["eventId"] for row in rows] == ["e1", "e2"]


def test_only_unknown_ids_are_still_a_200(api: Client) -> None:
    response = api.get(f"{PATH}/id?id=None")

    assert response.status_code == 200
    assert response.json() == [{"orderId": "None", "error": {"code": 404, "message": "Not Found"}}]


@PREFIXES
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "id. is missing"),
        ("id=", "id. must not be empty; leave the parameter out instead"),
        ("id=A%00", "id. must be 1 to 100 characters, and no control character"),
        (
            "&".join(["id=A"] * 11),
            "id. must be given at most 10 times; ask for the others in another request",
        ),
    ],
)
def test_ids_that_cannot_be_are_refused(api: Client, prefix: str, query: str, message: str) -> None:
    response = api.get(f"{prefix}{PATH}/id?{query}")

    error = {"message": message, "reason": "invalid_value"}
    assert_legacy_error(response, 400, message="Validation Failed", errors=[error])


def test_other_parameters_mean_nothing(api: Client, publish: Publish) -> None:
    publish(event(orderId="A"))

    rows = api.get(f"{PATH}/id?id=A&status=COMPLETED&pageSize=0&since=never").json()

    assert [row["orderId"] for row in rows] == ["A"]


def test_a_comma_in_an_id_is_no_offence(api: Client, publish: Publish) -> None:
    publish(*new_orders(1))

    rows = api.get("/v2/channel/lazada-th/sales-order-status/id?id=O-1,O-2&limit=3").json()

    assert rows == [{"orderId": "O-1,O-2", "error": {"code": 404, "message": "Not Found"}}]
