import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from callers.administration import create_caller
from testbed.feeds import FEED, PATH, V2_FEED
from testbed.tokens import issue_token
from tests.shapes import assert_legacy_error, assert_quota_exceeded

pytestmark = pytest.mark.wire

BY_ID = f"{FEED}/id"


def remaining(response: Any) -> dict[str, int]:
    """What is left of each policy, by the RateLimit header."""
    return {name: int(left) for name, left in re.findall(r'"(\w+)";r=(\d+);t=\d+', response["RateLimit"])}


def client_of(username: str, rate: str = "") -> Client:
    """A client of another caller of the same channel."""
    key = create_caller(username=username, channels=["lazada-th"], rate=rate)
    return Client(headers={"X-Subject-Token": issue_token(username=username, key=key)[0]})


def test_a_page_tells_what_is_left_of_the_caller_s_quota(api: Client) -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        first, second = api.get(FEED), api.get(FEED)

    assert first["RateLimit-Policy"] == '"caller";q=600;w=60'
    assert re.fullmatch(r'"caller";r=599;t=([1-9]|[1-5][0-9]|60)', first["RateLimit"])
    assert second["RateLimit"] == first["RateLimit"].replace("r=599", "r=598")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (FEED, {}, 200),
        (FEED, {"If-None-Match": "*"}, 304),
        (f"{FEED}?pageSize=0", {}, 400),
        ("/v3/channel/other/sales-order-status", {}, 403),
        (V2_FEED, {}, 200),
        (PATH, {}, 200),
        ("/channel/lazada-th/sales-order-status?pageSize=0", {}, 400),
    ],
)
def test_every_answer_behind_a_token_counts_and_says_how_to_keep_it(
    api: Client, path: str, headers: dict[str, str], status: int
) -> None:
    response = api.get(path, headers=headers)

    assert response.status_code == status
    assert remaining(response) == {"caller": 599}
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Vary"] == "X-Subject-Token, Authorization, Accept-Encoding"


@pytest.mark.parametrize("second", [0, 1, 17, 30, 59])
def test_a_caller_that_used_up_its_quota_is_told_an_honest_wait(
    api: Client, settings: Settings, second: int
) -> None:
    settings.CALLER_RATE = "2/m"
    with time_machine.travel(f"2026-11-23T10:00:{second:02}Z", tick=False) as clock:
        served = [api.get(FEED).status_code for _ in range(2)]
        refused = api.get(FEED)
        wait = int(refused["Retry-After"])
        clock.shift(wait - 1)
        too_early = api.get(FEED)
        clock.shift(1)
        again = api.get(FEED)

    assert served == [200, 200]
    assert_quota_exceeded(refused, "2 in 60 seconds", "caller")
    assert refused["RateLimit"] == f'"caller";r=0;t={wait}'
    assert refused["RateLimit-Policy"] == '"caller";q=2;w=60'
    assert 1 <= wait <= 60
    assert (too_early.status_code, again.status_code) == (429, 200)


@pytest.mark.parametrize("prefix", ["/v2", ""])
def test_v2_refuses_in_its_own_shape(api: Client, settings: Settings, prefix: str) -> None:
    settings.CALLER_RATE = "1/m"
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        api.get(FEED)
        response = api.get(prefix + PATH)

    wait = response["Retry-After"]
    message = f"More requests than 1 in 60 seconds. Wait {wait} seconds, then go on where you were."
    assert_legacy_error(response, 429, errors=[{"message": message, "reason": "quota_exceeded"}])


def test_another_caller_has_quotas_of_its_own(api: Client, settings: Settings) -> None:
    settings.CALLER_RATE, settings.ORDER_RATE = "1/m", "1/m"
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        mine = [api.get(BY_ID, {"id": "A"}).status_code for _ in range(2)]
        other = client_of("other").get(BY_ID, {"id": "A"})

    assert (mine, other.status_code) == ([200, 429], 200)


def test_a_caller_s_own_rate_replaces_the_common_one(settings: Settings, db: None) -> None:
    settings.CALLER_RATE = "1/m"
    fast = client_of("fast", rate="3/h")

    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        answers = [fast.get(FEED) for _ in range(4)]

    assert [response.status_code for response in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"caller";q=3;w=3600'


def test_all_tokens_of_a_caller_share_its_quota(settings: Settings, db: None) -> None:
    settings.CALLER_RATE = "1/m"
    key = create_caller(username="many", channels=["lazada-th"])

    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        tokens = [issue_token(username="many", key=key)[0] for _ in range(2)]
        statuses = [Client(headers={"X-Subject-Token": token}).get(FEED).status_code for token in tokens]

    assert statuses == [200, 429]


def test_an_answer_without_a_token_tells_of_no_quota(anyone: Client) -> None:
    response = anyone.get(FEED)

    assert response.status_code == 401
    assert not {"RateLimit", "RateLimit-Policy"} & set(response.headers)
