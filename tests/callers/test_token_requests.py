from typing import Any

import pytest
from django.test import Client

from callers.administration import create_caller
from callers.models import Caller, Token
from testbed.feeds import FEED
from tests.conftest import Credentials
from tests.shapes import assert_problem, assert_quota_exceeded

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


@pytest.fixture
def caller() -> Credentials:
    """A caller with three requests a day."""
    return Credentials("poller", create_caller(username="poller", channels=["lazada-th"], rate="3/d"))


def identify(caller: Credentials, key: str = "") -> Any:
    credentials = {"username": caller.username, "apiKey": key or caller.key}
    body = {"auth": {"apiKeyCredentials": credentials}}
    return Client().post("/identity/token", body, content_type="application/json")


def test_a_request_for_a_token_is_one_of_its_caller_s(caller: Credentials) -> None:
    token = identify(caller).json()["token"]["token_id"]
    identify(caller)
    last = Client().get(FEED, headers={"X-Subject-Token": token})
    refused = identify(caller)

    assert last["RateLimit"].startswith('"caller";r=0;')
    assert_quota_exceeded(refused, "3 in 86400 seconds", "caller")
    assert int(refused["Retry-After"]) >= 1
    assert Token.objects.count() == 2


def test_wrong_keys_use_up_nothing_of_the_caller_s(caller: Credentials) -> None:
    wrong = [identify(caller, "wrong").status_code for _ in range(5)]

    assert (wrong, identify(caller).status_code) == ([401] * 5, 200)


def test_a_revoked_caller_is_told_of_the_key_and_not_of_a_quota(caller: Credentials) -> None:
    for _ in range(4):
        identify(caller)
    Caller.objects.update(revoked_time="2026-11-23T10:00:00Z")

    assert_problem(identify(caller), 401, "WRONG_CREDENTIALS")
