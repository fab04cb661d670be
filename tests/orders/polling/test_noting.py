"""What is noted of each request for a feed, and that it costs no round trip."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from redis.connection import AbstractConnection

from callers import polls
from callers.models import Caller, Scope, Token
from callers.polls import FeedPolls
from stores import minutes
from testbed.events import at, event
from testbed.feeds import FEED
from tests.conftest import Publish
from wire.times import format_time, parse_time

pytestmark = pytest.mark.wire

PATHS = {"v3": FEED, "v2": FEED.replace("/v3/", "/v2/")}


def noted() -> list[FeedPolls]:
    minutes.flush()
    return polls.of_caller(Caller.objects.get().pk)


def outcomes() -> dict[str, int]:
    """How many requests had which outcome, as the minutes tell."""
    minutes.flush()
    now = datetime.now(UTC)
    names = [f"polls.{outcome}" for outcome in ("200", "304", "refused", "limited", "failed")]
    told = minutes.series(names, now - timedelta(minutes=1), now)
    return {name: total for name, counts in told.items() if (total := sum(count for _, count in counts))}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.usefixtures("far_ahead")
def test_a_page_is_noted_with_what_it_gave(api: Client, publish: Publish, path: str) -> None:
    for number in range(3):
        publish(event(orderId=str(number)))
    response = api.get(path, {"updatedSince": at(1), "pageSize": "1"})
    api.get(path, {"updatedSince": at(1), "pageSize": "1"}, headers={"If-None-Match": response["ETag"]})

    (found,) = noted()
    assert found.scope == Scope("channel", "lazada-th")
    assert (found.last_updated_since, found.given_until) == (parse_time(at(1)), parse_time(at(2)))
    assert [*found.outcomes.values()] == [{"200": 1, "304": 1}]
    assert outcomes() == {"polls.200": 1, "polls.304": 1}


@pytest.mark.usefixtures("far_ahead")
def test_a_page_of_a_window_that_has_more_gave_no_more_than_its_orders(api: Client, publish: Publish) -> None:
    publish(event(orderId="A"))
    publish(event(orderId="B"))
    now = parse_time(at(1)) + timedelta(minutes=1)
    Token.objects.update(expires_time=now + timedelta(hours=1))
    with time_machine.travel(now, tick=False):
        api.get(FEED, {"updatedUntil": at(3), "pageSize": "1"})

        assert noted()[0].given_until == parse_time(at(1))


@pytest.mark.usefixtures("far_ahead")
def test_an_empty_page_gave_what_was_there_already(api: Client, publish: Publish) -> None:
    publish(event(orderId="A"))
    api.get(FEED, {"updatedSince": at(1)})

    assert noted()[0].given_until == parse_time(at(1))


def test_a_window_was_given_to_its_end_or_until_now(api: Client) -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False):
        api.get(FEED, {"updatedUntil": "2026-01-01T00:00:00Z"})
        ended = noted()[0].given_until
        soon = format_time(now + timedelta(seconds=1))
        api.get(FEED, {"updatedSince": "2026-01-01T00:00:00Z", "updatedUntil": soon})
        open_ended = noted()[0].given_until

    assert (ended, open_ended) == (datetime(2026, 1, 1, tzinfo=UTC), now)


@pytest.mark.usefixtures("far_ahead")
def test_of_orders_with_one_status_a_caller_has_all_until_now(api: Client, publish: Publish) -> None:
    publish(event(orderId="A"))
    now = parse_time(at(1)) + timedelta(minutes=1)
    Token.objects.update(expires_time=now + timedelta(hours=1))
    with time_machine.travel(now, tick=False):
        api.get(FEED, {"orderStatus": "CANCELED"})

        assert noted()[0].given_until == now


def test_orders_by_id_are_counted_and_are_no_poll_of_the_feed(api: Client) -> None:
    api.get(f"{FEED}/id", {"id": "A"})

    (found,) = noted()
    assert (found.last_poll_time, found.given_until) == (None, None)
    assert [*found.outcomes.values()] == [{"200": 1}]


def test_refusals_are_noted(api: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    api.get(FEED, {"limit": "1"})
    api.get(FEED.replace("lazada-th", "elsewhere"))
    Client().get(FEED)
    settings.CALLER_RATE = "1/d"
    api.get(FEED)
    api.get(FEED)
    with monkeypatch.context() as broken:
        broken.setattr("orders.polling.views.PollView.get", lambda *args: 1 / 0)
        settings.CALLER_RATE = "600/m"
        api.get(FEED)

    (found,) = noted()
    assert [*found.outcomes.values()] == [{"refused": 1, "200": 1, "limited": 1, "failed": 1}]
    assert found.limited == 1
    assert outcomes() == {"polls.refused": 3, "polls.200": 1, "polls.limited": 1, "polls.failed": 1}


def test_what_is_no_poll_is_not_noted(api: Client) -> None:
    api.get("/caller")
    api.options(FEED)

    assert (noted(), outcomes()) == ([], {})


def test_a_poll_costs_no_further_round_trip(
    api: Client,
    publish: Publish,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(event(orderId="A"))
    api.get(FEED)
    commands: list[Any] = []
    send: Callable[..., None] = AbstractConnection.send_packed_command

    def counted(self: AbstractConnection, command: Any, *args: Any, **kwargs: Any) -> None:
        commands.append(command)
        send(self, command, *args, **kwargs)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    with django_assert_num_queries(1):  # the page
        api.get(FEED)

    assert len(commands) <= 1  # the count of the limit, in Redis
