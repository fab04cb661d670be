import logging
from typing import Any, Never

import pytest
from django.db import OperationalError, connection
from django.test import Client

from acommerce_status.access_log import Routes
from callers.tokens import forget_tokens
from testbed.feeds import FEED, V2_FEED
from tests.conftest import Credentials
from tests.shapes import assert_legacy_error, assert_problem

pytestmark = pytest.mark.wire

V3 = [FEED, "/v3/partner/143/sales-order-status/id?id=A"]
V2 = [V2_FEED, "/partner/143/sales-order-status/id?id=A"]

AWAY = "The database does not answer. Nothing is lost; ask again."
FAILED = "Something failed here; it has been logged."


def away(*_: Any) -> Never:
    """What the database driver does when the server is gone."""
    raise OperationalError("connection to server at 10.0.0.7 failed: password authentication")


def fail(*_: Any, **__: Any) -> Never:
    """What nobody foresaw."""
    raise ZeroDivisionError("secret")


@pytest.mark.parametrize("known", [True, False], ids=["known token", "forgotten token"])
@pytest.mark.parametrize("path", V3)
def test_v3_without_its_database_asks_to_come_back(api: Client, path: str, known: bool) -> None:
    api.get(path)
    if not known:
        forget_tokens()

    with connection.execute_wrapper(away):
        response = api.get(path)

    assert_problem(response, 503, "UNAVAILABLE")
    assert response["Retry-After"] == "5"


@pytest.mark.parametrize("path", V2)
def test_v2_without_its_database_asks_to_come_back(api: Client, path: str) -> None:
    with connection.execute_wrapper(away):
        response = api.get(path)

    assert_legacy_error(response, 503, errors=[{"message": AWAY, "reason": "unavailable"}])
    assert response["Retry-After"] == "5"


def test_identity_without_its_database_asks_to_come_back(anyone: Client, caller: Credentials) -> None:
    body = {"auth": {"apiKeyCredentials": {"username": caller.username, "apiKey": caller.key}}}

    with connection.execute_wrapper(away):
        response = anyone.post("/identity/token", body, content_type="application/json")

    assert_problem(response, 503, "UNAVAILABLE")


@pytest.mark.parametrize("path", V3)
def test_v3_answers_a_failure_that_nobody_foresaw_in_its_own_shape(
    api: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("orders.feed.page", fail)

    response = api.get(path)

    assert_problem(response, 500, "INTERNAL_ERROR", detail=FAILED)


@pytest.mark.parametrize("path", V2)
def test_v2_answers_a_failure_that_nobody_foresaw_in_its_own_shape(
    api: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("orders.feed.page", fail)

    response = api.get(path)

    assert_legacy_error(response, 500, errors=[{"message": FAILED, "reason": "internal_error"}])


def test_identity_answers_a_failure_that_nobody_foresaw_in_its_own_shape(
    anyone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callers.views.holder_of_key", fail)
    body = {"auth": {"apiKeyCredentials": {"username": "poller", "apiKey": "x"}}}

    response = anyone.post("/identity/token", body, content_type="application/json")

    assert_problem(response, 500, "INTERNAL_ERROR", detail=FAILED)


def test_what_failed_is_in_the_log_and_not_in_the_answer(
    api: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("orders.feed.page", fail)
    monkeypatch.setattr(logging.getLogger("django"), "propagate", True)
    caplog.handler.addFilter(Routes())  # as the handler of the settings has it

    response = api.get(V3[0])

    assert "ZeroDivisionError: secret" in caplog.text
    assert "Internal Server Error: /v3/channel/{channel_id}/sales-order-status" in caplog.text
    assert V3[0] not in caplog.text
    assert b"secret" not in response.content
