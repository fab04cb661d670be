"""What GET /caller tells a caller of its own polls (contract, section 1)."""

import socket
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from callers.models import Token
from orders.polling import caller as room
from stores.writer import writer
from testbed.events import FAR_AHEAD, at, event
from testbed.feeds import FEED
from tests.conftest import Publish
from tests.openapi import assert_documented
from wire.times import format_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

PATH = "/caller"
LATER = FAR_AHEAD + timedelta(hours=1)


@pytest.fixture(autouse=True)
def lasting_tokens(token: str) -> None:
    """Tokens that are good when the orders have changed."""
    Token.objects.update(expires_time=LATER + timedelta(days=1))


def told(api: Client) -> list[dict[str, Any]]:
    """The feeds of the answer, when what was gathered is written."""
    writer.flush()
    response = api.get(PATH)
    assert_documented(response, "v3", PATH)
    feeds: list[dict[str, Any]] = response.json()["feeds"]
    return feeds


def test_a_caller_is_told_of_its_last_poll_and_how_far_behind_it_is(api: Client, publish: Publish) -> None:
    for number in range(5):
        publish(event(orderId=str(number)))
    with time_machine.travel(LATER, tick=False):
        api.get(FEED, {"updatedSince": at(1), "pageSize": "2"})
        channel, partner = told(api)

    assert channel == {
        "channelId": "lazada-th",
        "newestUpdatedTime": at(5),
        "lastPollTime": format_time(LATER),
        "lastUpdatedSince": at(1),
        "behind": {"orders": 2, "seconds": 3600.0},
        "skipped": [],
    }
    assert partner == {
        "partnerId": "143",
        "newestUpdatedTime": at(5),
        "lastPollTime": None,
        "lastUpdatedSince": None,
        "behind": None,
        "skipped": [],
    }


def test_a_caller_that_has_all_is_not_behind_and_costs_no_further_query(
    api: Client, publish: Publish, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish(event(orderId="A"))
    api.get(FEED)
    channel, _ = told(api)

    assert channel["behind"] == {"orders": 0, "seconds": 0.0}
    with django_assert_num_queries(1 if settings.NOTES_URL else 2):
        api.get(PATH)


def test_a_window_that_was_jumped_over_is_told(api: Client, publish: Publish) -> None:
    for number in range(3):
        publish(event(orderId=str(number)))
    with time_machine.travel(LATER, tick=False) as clock:
        api.get(FEED, {"pageSize": "1"})
        clock.shift(1)
        api.get(FEED, {"updatedSince": at(2)})
        writer.flush()
        clock.shift(20)
        channel, _ = told(api)

    assert channel["skipped"] == [
        {"after": at(1), "until": at(2), "seenTime": format_time(LATER + timedelta(seconds=1))}
    ]


def test_of_too_many_feeds_that_it_is_behind_in_no_more_are_counted(
    api: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MAX_COUNTED_FEEDS", 1)
    publish(event(orderId="A"))
    publish(event(orderId="B"))
    api.get(FEED, {"pageSize": "1"})
    api.get(FEED.replace("channel/lazada-th", "partner/143"), {"pageSize": "1"})
    channel, partner = told(api)

    assert (channel["behind"]["orders"], partner["behind"]) == (1, None)


@pytest.mark.parametrize("store", ["refuses connections", "never answers"])
def test_an_answer_is_given_without_it_while_the_store_is_away(
    api: Client, publish: Publish, settings: Settings, store: str
) -> None:
    publish(event(orderId="A"))
    api.get(FEED)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.NOTES_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        if store == "refuses connections":
            listener.close()
        started = time.monotonic()

        assert [feed["lastPollTime"] for _ in range(6) for feed in told(api)] == [None] * 12
        assert time.monotonic() - started < 1  # one wait of a quarter of a second, not six
