"""Who polls what and how far behind: manage.py list_feeds."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management.base import CommandError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from callers.administration import create_caller, revoke_caller
from callers.grants import withdraw
from callers.models import Scope, Token
from orders.followers import followers
from stores.writer import writer
from testbed.events import FAR_AHEAD, at, event
from testbed.feeds import FEED
from testbed.tokens import issue_token
from tests.callers.commands import run
from tests.conftest import Credentials, Publish

pytestmark = pytest.mark.wire

LATER = FAR_AHEAD.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
NOTHING: dict[str, Any] = {
    "lastPollTime": None,
    "lastUpdatedSince": None,
    "behind": None,
    "outcomes": {},
    "limited": 0,
}


@pytest.fixture
def polled(far_ahead: None, api: Client, publish: Publish, settings: Settings) -> None:
    """Three orders, of which `poller` has seen two and `up-to-date` all; `silent` never polled."""
    for number in range(3):
        publish(event(orderId=str(number)))
    key = create_caller(username="up-to-date", partners=["143"])
    create_caller(username="silent", channels=["misspelt"])
    other = Client(headers={"X-Subject-Token": issue_token(username="up-to-date", key=key)[0]})
    Token.objects.update(expires_time=LATER + timedelta(days=1))
    settings.CALLER_RATE = "1/d"
    with time_machine.travel(LATER, tick=False) as clock:
        api.get(FEED, {"updatedSince": at(1), "pageSize": "1"})
        other.get("/v3/partner/143/sales-order-status")
        clock.shift(1)
        api.get(FEED)
        writer.flush()


def listed(*arguments: str) -> list[dict[str, Any]]:
    with time_machine.travel(LATER + timedelta(seconds=20), tick=False):
        return [json.loads(line) for line in run("list_feeds", "--json", *arguments).out.splitlines()]


@pytest.mark.usefixtures("polled")
def test_feeds_are_listed_the_furthest_behind_first() -> None:
    hour = f"{LATER:%Y-%m-%dT%H}:00:00.000000Z"

    assert listed() == [
        {
            "username": "poller",
            "channelId": "lazada-th",
            "lastPollTime": f"{LATER:%Y-%m-%dT%H:%M:%S}.000000Z",
            "lastUpdatedSince": at(1),
            "behind": {"orders": 1, "seconds": 7220.0},
            "outcomes": {hour: {"200": 1, "limited": 1}},
            "limited": 1,
            "skipped": [],
        },
        {
            "username": "up-to-date",
            "partnerId": "143",
            "lastPollTime": f"{LATER:%Y-%m-%dT%H:%M:%S}.000000Z",
            "lastUpdatedSince": None,
            "behind": {"orders": 0, "seconds": 0.0},
            "outcomes": {hour: {"200": 1}},
            "limited": 0,
            "skipped": [],
        },
        {"username": "poller", "partnerId": "143", "skipped": [], **NOTHING},
        {"username": "silent", "channelId": "misspelt", "skipped": [], **NOTHING},
    ]


@pytest.mark.usefixtures("polled")
def test_the_table_has_a_line_for_each() -> None:
    with time_machine.travel(LATER + timedelta(seconds=20), tick=False):
        lines = run("list_feeds").out.splitlines()

    assert [line.split("  ")[0] for line in lines] == ["caller", "poller", "up-to-date", "poller", "silent"]
    assert "1 orders, " in lines[1]
    assert "200: 1 limited: 1" in lines[1]


@pytest.mark.usefixtures("polled")
def test_those_of_one_caller_are_listed_alone() -> None:
    assert [line["username"] for line in listed("--caller", "silent")] == ["silent"]
    assert listed("--caller", "silent") == [
        {"username": "silent", "channelId": "misspelt", "skipped": [], **NOTHING}
    ]


@pytest.mark.usefixtures("polled")
def test_a_revoked_caller_and_a_withdrawn_grant_are_not_listed(caller: Credentials) -> None:
    revoke_caller(username="up-to-date")
    withdraw(username=caller.username, scopes=[Scope("channel", "lazada-th")])

    assert [line["username"] for line in listed()] == ["poller", "silent"]


@pytest.mark.usefixtures("polled")
def test_only_who_is_behind_costs_queries(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with time_machine.travel(LATER), django_assert_num_queries(2 + 3 + (0 if settings.NOTES_URL else 2)):
        followers()


def test_an_unknown_caller_is_a_sentence(db: None) -> None:
    with pytest.raises(
        CommandError, match=r"^There is no caller nobody\. create_caller makes one\.$"
    ) as refused:
        run("list_feeds", "--caller", "nobody")

    assert refused.value.returncode == 1


def test_a_store_that_is_away_is_a_sentence(caller: Credentials, settings: Settings) -> None:
    settings.NOTES_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(CommandError, match=r"^What is known of polls cannot be read: its store is away \("):
        run("list_feeds")


def test_nobody_at_all_is_a_heading(db: None) -> None:
    assert run("list_feeds").out.startswith("caller  feed")
    assert run("list_feeds", "--json").out == ""
