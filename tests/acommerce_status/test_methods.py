import pytest
from django.test import Client

from testbed.events import new_orders
from tests.acommerce_status.paths import all_paths
from tests.conftest import Publish
from tests.shapes import assert_legacy_error, assert_problem

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

IDENTITY = "/identity/token"
LEGACY = ("/v2/", "/channel/", "/partner/")
METHODS = ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]
PATHS = all_paths()
FEEDS = [path for path in PATHS if "sales-order-status" in path]


def test_the_paths_are_those_of_the_contract() -> None:
    feeds = [
        f"{kind}/sales-order-status{rest}"
        for kind in ("channel/lazada-th", "partner/143")
        for rest in ("", "/id")
    ]
    expected = {f"{prefix}/{feed}" for prefix in ("/v3", "/v2", "") for feed in feeds}

    assert set(FEEDS) == expected
    assert {
        "/",
        "/docs",
        "/redoc",
        "/schema/v2",
        "/schema/v3",
        "/schema/subscriptions",
        "/healthz",
        "/readyz",
        IDENTITY,
    } <= set(PATHS)


@pytest.mark.parametrize(
    ("path", "method"),
    [(path, method) for path in PATHS for method in METHODS if (path, method) != (IDENTITY, "POST")],
)
def test_another_method_is_refused_everywhere(api: Client, publish: Publish, path: str, method: str) -> None:
    publish(*new_orders(1))

    response = api.generic(method, path, b'{"orderId": "O-2"}', content_type="application/json")

    is_api = path in (IDENTITY, "/caller", *FEEDS)
    detail = f'Method "{method}" not allowed.' if is_api else "Only GET is possible here."
    if path.startswith(LEGACY):
        assert_legacy_error(response, 405)
    else:
        assert_problem(response, 405, "METHOD_NOT_ALLOWED", detail=detail)
    assert response["Allow"] == ("POST, OPTIONS" if path == IDENTITY else "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_identity_is_only_posted_to(anyone: Client, method: str) -> None:
    response = anyone.generic(method, IDENTITY)

    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")


@pytest.mark.parametrize("path", PATHS)
def test_options_lists_the_methods_and_needs_no_token(anyone: Client, path: str) -> None:
    response = anyone.options(path)

    assert (response.status_code, response.content) == (204, b"")
    assert response["Allow"] == ("POST, OPTIONS" if path == IDENTITY else "GET, HEAD, OPTIONS")
    assert "Content-Length" not in response


@pytest.mark.parametrize("path", [path for path in PATHS if path != IDENTITY])
def test_head_has_the_headers_of_get_and_no_body(api: Client, publish: Publish, path: str) -> None:
    publish(*new_orders(3))
    query = {"id": "O-1"} if path.endswith("/id") else {}

    get, head = api.get(path, query), api.head(path, query)

    changing = {"X-Request-ID", "RateLimit"}
    assert (b"".join(get) != b"", b"".join(head)) == (True, b"")  # a file is streamed
    get.close()
    head.close()
    assert head.status_code == get.status_code == 200
    assert {name: value for name, value in head.items() if name not in changing} == {
        name: value for name, value in get.items() if name not in changing
    }
