"""Refusals and failures, identity and health are what the OpenAPI documents declare."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from testbed.feeds import PATH
from tests.conftest import Credentials
from tests.openapi import assert_documented

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

DECLARED = "channel/{channelId}/sales-order-status"


@pytest.mark.parametrize("version", ["v3", "v2"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PATH}?pageSize=0&updatedUntil=yesterday", 400),
        ("/channel/not-mine/sales-order-status", 403),
        ("/channel/no/such/sales-order-status", 404),
    ],
)
def test_a_refusal_is_as_documented(api: Client, version: str, path: str, status: int) -> None:
    response = api.get(f"/{version}{path}")

    assert response.status_code == status
    assert_documented(response, version, f"/{version}/{DECLARED}")


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_a_missing_token_is_as_documented(anyone: Client, version: str) -> None:
    response = anyone.get(f"/{version}{PATH}")

    assert response.status_code == 401
    assert_documented(response, version, f"/{version}/{DECLARED}")


@pytest.mark.parametrize("version", ["v3", "v2"])
@override_settings(CALLER_RATE="1/m")
def test_a_used_up_quota_is_as_documented(api: Client, version: str) -> None:
    api.get(f"/{version}{PATH}")

    response = api.get(f"/{version}{PATH}")

    assert response.status_code == 429
    assert_documented(response, version, f"/{version}/{DECLARED}")


@pytest.mark.parametrize(
    ("version", "error"), [(v, e) for v in ("v3", "v2") for e in (OperationalError, KeyError)]
)
def test_a_failure_is_as_documented(
    api: Client, monkeypatch: pytest.MonkeyPatch, version: str, error: type[Exception]
) -> None:
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr("orders.feed.page", fail)

    response = api.get(f"/{version}{PATH}")

    assert response.status_code == (503 if error is OperationalError else 500)
    assert_documented(response, version, f"/{version}/{DECLARED}")


def test_identity_is_as_documented(anyone: Client, caller: Credentials) -> None:
    def asked(key: object) -> Any:
        credentials = {"username": caller.username, "apiKey": key}
        body = {"auth": {"apiKeyCredentials": credentials}}
        return anyone.post("/identity/token", body, content_type="application/json")

    answers = [asked(caller.key), asked("wrong"), asked(None)]

    assert [answer.status_code for answer in answers] == [200, 401, 400]
    for answer in answers:
        assert_documented(answer, "v3", "/identity/token", "post")
        assert_documented(answer, "v2", "/identity/token", "post")


@override_settings(GUESS_RATE="1/m")
def test_too_many_guesses_are_as_documented(anyone: Client) -> None:
    body = {"auth": {"apiKeyCredentials": {"username": "nobody", "apiKey": "wrong"}}}

    answers = [anyone.post("/identity/token", body, content_type="application/json") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [401, 429]
    assert_documented(answers[1], "v3", "/identity/token", "post")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_as_documented(anyone: Client, path: str) -> None:
    assert_documented(anyone.get(path), "v3", path)
