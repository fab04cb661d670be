import pytest
from django.test import Client

from tests.acommerce_status.paths import all_paths
from tests.shapes import assert_legacy_error, assert_problem

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

NOWHERE = [
    "/nope",
    "/v3",
    "/v3/",
    "/v4/channel/lazada-th/sales-order-status",
    "/v3/channel/lazada-th",
    "/v3/channel//sales-order-status",
    "/v3/channel/lazada-th/sales-order-status//",
    "/v3/channel/lazada-th/extra/sales-order-status",
    "/v3/channel/lazada-th/sales-order-status/id/A",
    "/v3/seller/lazada-th/sales-order-status",
    "/V3/channel/lazada-th/sales-order-status",
    "/v3/channel/lazada-th/sales-order-status.json",
    "/identity",
    "/static/nope.js",
    "/static/../manage.py",
    "/admin/",
    "/favicon.ico",
    "/%00",
    "/%FF",
    "/%0d%0aX-Injected:%201",
    "/docs/nope",
    "/schema/v1",
    "/" + "a" * 7_000,
]
NOWHERE_IN_V2 = [
    "/v2/",
    "/v2/nope",
    "/v2/channel/lazada-th",
    "/v2/channel/lazada-th/sales-order-status/",
    "/channel/",
    "/channel/lazada-th/sales-order-status/",
    "/channel/lazada-th/sales-order-status/id/A",
    "/partner/143",
    "/partner/143/%00",
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "DELETE"])
@pytest.mark.parametrize("path", NOWHERE, ids=lambda path: path[:50])
def test_where_nothing_is_the_answer_is_a_problem(anyone: Client, path: str, method: str) -> None:
    response = anyone.generic(method, path)

    if method == "HEAD":
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    else:
        assert_problem(response, 404, "NOT_FOUND", detail="There is nothing at this path. See /docs.")


@pytest.mark.parametrize("path", [path for path in all_paths() if path != "/"])
def test_a_slash_too_much_is_told(anyone: Client, path: str) -> None:
    response = anyone.get(f"{path}/")

    if path.startswith(("/v2/", "/channel/", "/partner/")):
        assert_legacy_error(response, 404)
    else:
        detail = "There is nothing at this path, but there is without the slash at its end."
        assert_problem(response, 404, "NOT_FOUND", detail=detail)


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST", "DELETE"])
@pytest.mark.parametrize("path", NOWHERE_IN_V2)
def test_where_nothing_is_in_v2_the_answer_has_the_shape_of_v2(
    anyone: Client, path: str, method: str
) -> None:
    response = anyone.generic(method, path)

    assert_legacy_error(response, 404)


def test_a_host_that_is_not_ours_is_refused_in_the_shape_of_the_wire(api: Client) -> None:
    foreign = {"Host": "evil.example"}

    response = api.get("/v3/channel/lazada-th/sales-order-status", headers=foreign)
    legacy = api.get("/channel/lazada-th/sales-order-status", headers=foreign)

    assert_problem(response, 400, "BAD_REQUEST", type="/docs/problems#bad-request")
    assert_legacy_error(
        legacy, 400, errors=[{"message": "The request was not accepted.", "reason": "bad_request"}]
    )
