"""GET /caller: who am I (contract, section 1)."""

from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from callers.administration import create_caller
from callers.grants import grant, withdraw
from callers.models import Scope
from callers.tokens import forget_tokens
from orders.models import FeedHead
from testbed.events import at, event
from testbed.tokens import issue_token
from tests.conftest import Credentials, Publish
from tests.openapi import assert_documented
from tests.shapes import assert_problem, assert_quota_exceeded

pytestmark = pytest.mark.wire

PATH = "/caller"
NEVER_POLLED: dict[str, Any] = {"lastPollTime": None, "lastUpdatedSince": None, "behind": None, "skipped": []}


@pytest.mark.usefixtures("far_ahead")
def test_a_caller_is_told_who_it_is_and_what_it_may_do(caller: Credentials, publish: Publish) -> None:
    publish(event(orderId="A"))
    publish(event(orderId="B", partnerId="other"))
    publish(event(orderId="C", channelId="elsewhere", partnerId="other"))
    with time_machine.travel("2026-11-23T10:00:00.123456Z", tick=False):
        token, _ = issue_token(username=caller.username, key=caller.key)
        response = Client(headers={"X-Subject-Token": token}).get(PATH)

    assert response.json() == {
        "username": "poller",
        "grants": {"channels": ["lazada-th"], "partners": ["143"]},
        "quotas": [
            {"policy": "caller", "limit": 600, "windowSeconds": 60},
            {"policy": "order", "limit": 6, "windowSeconds": 60},
        ],
        "tokenExpiresTime": "2026-11-23T11:00:00.123456Z",
        "feeds": [
            {"channelId": "lazada-th", "newestUpdatedTime": at(2), **NEVER_POLLED},
            {"partnerId": "143", "newestUpdatedTime": at(1), **NEVER_POLLED},
        ],
    }
    assert_documented(response, "v3", PATH)


def test_a_caller_with_a_rate_of_its_own_is_told_that_one(settings: Settings, db: None) -> None:
    settings.ORDER_RATE = "7/h"
    key = create_caller(username="fast", rate="20/s")
    api = Client(headers={"X-Subject-Token": issue_token(username="fast", key=key)[0]})

    response = api.get(PATH)

    assert response.json()["quotas"] == [
        {"policy": "caller", "limit": 20, "windowSeconds": 1},
        {"policy": "order", "limit": 7, "windowSeconds": 3600},
    ]


def test_a_caller_without_a_grant_is_told_so(db: None) -> None:
    key = create_caller(username="nobody-yet")
    api = Client(headers={"X-Subject-Token": issue_token(username="nobody-yet", key=key)[0]})

    body = api.get(PATH).json()

    assert (body["grants"], body["feeds"]) == ({"channels": [], "partners": []}, [])


def test_a_feed_without_orders_has_no_newest_time(api: Client) -> None:
    body = api.get(PATH).json()

    assert body["feeds"] == [
        {"channelId": "lazada-th", "newestUpdatedTime": None, **NEVER_POLLED},
        {"partnerId": "143", "newestUpdatedTime": None, **NEVER_POLLED},
    ]


def test_a_grant_shows_and_a_withdrawn_one_does_not(api: Client, caller: Credentials) -> None:
    grant(username=caller.username, scopes=[Scope("channel", "b"), Scope("channel", "a")])
    withdraw(username=caller.username, scopes=[Scope("partner", "143")])
    forget_tokens()

    assert api.get(PATH).json()["grants"] == {"channels": ["a", "b", "lazada-th"], "partners": []}


def test_it_counts_as_a_request_and_says_how_to_keep_it(api: Client) -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        response = api.get(PATH)

    assert response["RateLimit-Policy"] == '"caller";q=600;w=60'
    assert response["RateLimit"].startswith('"caller";r=599;')
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Vary"] == "X-Subject-Token, Authorization, Accept-Encoding"


def test_it_costs_one_query_for_all_feeds(
    api: Client, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get(PATH)

    with django_assert_num_queries(1 if settings.NOTES_URL else 2):  # what is known of polls may be in rows
        api.get(PATH)


def test_an_answer_that_the_client_has_is_304_until_a_feed_moves(api: Client, publish: Publish) -> None:
    first = api.get(PATH)
    same = api.get(PATH, headers={"If-None-Match": first["ETag"]})
    publish(event())
    moved = api.get(PATH, headers={"If-None-Match": first["ETag"]})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert moved.status_code == 200
    assert_documented(same, "v3", PATH)


def test_head_is_get_without_a_body(api: Client) -> None:
    response = api.head(PATH)

    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == api.get(PATH)["ETag"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(api: Client, method: str) -> None:
    response = getattr(api, method)(PATH)

    assert_problem(response, 405, "METHOD_NOT_ALLOWED", detail=f'Method "{method.upper()}" not allowed.')
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_options_needs_no_token(anyone: Client) -> None:
    response = anyone.options(PATH)

    assert (response.status_code, response["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_without_a_token_nothing_is_shown(anyone: Client) -> None:
    response = anyone.get(PATH)

    assert_problem(response, 401, "UNAUTHENTICATED")
    assert_documented(response, "v3", PATH)


def test_a_parameter_is_refused(api: Client) -> None:
    response = api.get(f"{PATH}?username=other")

    error = {
        "parameter": "username",
        "detail": "is not a parameter here; known are none",
        "suggestion": None,
    }
    assert_problem(response, 400, "BAD_PARAMETERS", detail="One parameter was not accepted.", errors=[error])
    assert_documented(response, "v3", PATH)


def test_a_used_up_quota_is_refused(api: Client, settings: Settings) -> None:
    settings.CALLER_RATE = "1/m"
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        api.get(PATH)
        response = api.get(PATH)

    assert_quota_exceeded(response, "1 in 60 seconds", "caller")
    assert_documented(response, "v3", PATH)


def test_a_database_that_is_away_is_503(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OperationalError

    api.get(PATH)
    monkeypatch.setattr(FeedHead.objects, "using", fail)
    response = api.get(PATH)

    assert_problem(response, 503, "UNAVAILABLE")
    assert_documented(response, "v3", PATH)


@pytest.mark.parametrize("path", ["/caller/", "/v3/caller", "/v2/caller", "/caller/poller"])
def test_there_is_no_other_path_to_it(api: Client, path: str) -> None:
    assert api.get(path).status_code == 404
