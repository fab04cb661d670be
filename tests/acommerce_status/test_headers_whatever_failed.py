"""Every answer behind a token has the headers of section 5 of the contract, whatever failed on the way."""

from typing import Any, Never

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from tests.shapes import assert_bad_parameters, assert_legacy_error

pytestmark = pytest.mark.wire

V3 = ["/v3/channel/lazada-th/sales-order-status", "/v3/partner/143/sales-order-status/id?id=A"]
V2 = ["/v2/partner/143/sales-order-status", "/channel/lazada-th/sales-order-status/id?id=A"]
MANY = "&".join(f"a{number}=1" for number in range(1_001))
TOO_MANY = "are more than 1000 parameters, and so are not read"


def fail(*_: Any, **__: Any) -> Never:
    """What nobody foresaw."""
    raise ZeroDivisionError


def away(*_: Any) -> Never:
    raise OperationalError("connection failed")


def ask(api: Client, path: str, failure: str, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Any:
    """The answer of a request that fails in this way."""
    match failure:
        case "refused parameter":
            path = f"{path.partition('?')[0]}?pageSize=0&id=%01"
        case "too many parameters":
            path = f"{path.partition('?')[0]}?{MANY}"
        case "not granted":
            path = path.replace("lazada-th", "other").replace("143", "other")
        case "limit":
            settings.CALLER_RATE = "1/d"
            api.get(path)
        case "unforeseen":
            monkeypatch.setattr("orders.polling.reading.LenientParameters.read", fail)
        case "database away":
            api.get(path)
            with connection.execute_wrapper(away):
                return api.get(path)
    return api.get(path)


STATUSES = {
    "refused parameter": 400,
    "too many parameters": 400,
    "not granted": 403,
    "limit": 429,
    "database away": 503,
    "unforeseen": 500,
}


def assert_headers(response: HttpResponse) -> None:
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Vary"].startswith("X-Subject-Token, Authorization, Accept-Encoding")
    assert response["RateLimit-Policy"].startswith('"caller";q=')
    assert response["RateLimit"].startswith('"caller";r=')


@pytest.mark.parametrize("failure", STATUSES)
@pytest.mark.parametrize("path", V3)
def test_v3_sends_its_headers(
    api: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings, path: str, failure: str
) -> None:
    response = ask(api, path, failure, monkeypatch, settings)

    assert response.status_code == STATUSES[failure]
    assert_headers(response)


@pytest.mark.parametrize("failure", STATUSES)
@pytest.mark.parametrize("path", V2)
def test_v2_sends_its_headers_and_says_that_it_ends(
    api: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings, path: str, failure: str
) -> None:
    response = ask(api, path, failure, monkeypatch, settings)

    assert response.status_code == STATUSES[failure]
    assert_headers(response)
    assert response["Deprecation"] == "@1793491200"
    assert response["Sunset"] == "Mon, 01 Nov 2027 00:00:00 GMT"
    assert 'rel="successor-version"' in response["Link"]
    assert 'rel="deprecation"' in response["Link"]


@pytest.mark.parametrize("path", V3)
def test_too_many_parameters_are_refused_in_the_shape_of_v3(api: Client, path: str) -> None:
    response = api.get(path.partition("?")[0] + "?" + MANY)

    assert_bad_parameters(response, ("*", TOO_MANY, None))


@pytest.mark.parametrize("path", V2)
def test_too_many_parameters_are_refused_in_the_shape_of_v2(api: Client, path: str) -> None:
    response = api.get(path.partition("?")[0] + "?" + MANY)

    errors = [{"message": f"*. {TOO_MANY}", "reason": "invalid_value"}]
    assert_legacy_error(response, 400, message="Validation Failed", errors=errors)
