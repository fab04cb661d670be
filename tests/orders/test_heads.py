"""What a process remembers of the feed's heads.

Fails without `FeedHead.objects.move` in `tables.publish_orders`: then a process that knows a channel never
hears of it again.
"""

import importlib
import tracemalloc
from datetime import timedelta
from time import perf_counter

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from callers.models import Scope
from orders.heads import heads
from orders.models import FeedClock, FeedHead, SalesOrder
from testbed.events import FAR_AHEAD, event, new_orders
from testbed.feeds import PATH
from tests.conftest import Publish
from wire.times import format_time

pytestmark = pytest.mark.wire

CHANNEL_SCOPE = Scope("channel", "lazada-th")
PARTNER = "/partner/143/sales-order-status"
LONG, NOT_AT_ALL = 60_000, 1e-6
"""Milliseconds: longer than a test, and so short that heads are read for every poll."""


@pytest.fixture(autouse=True)
def remembering(settings: Settings) -> None:
    settings.FEED_MEMORY_MILLISECONDS = LONG


def published(publish: Publish, count: int) -> str:
    """The time of the last of `count` orders, published now."""
    publish(*new_orders(count))
    return format_time(FeedClock.newest())


def since(api: Client, path: str, time: str) -> list[str]:
    return [order["orderId"] for order in api.get(f"/v3{path}?updatedSince={time}").json()["orders"]]


@pytest.mark.parametrize("path", [f"/v3{PATH}", f"/v3{PARTNER}", f"/v2{PATH}", PARTNER])
@pytest.mark.parametrize("more", ["", "&orderStatus=NEW", "&pageSize=1"])
def test_a_poll_that_nothing_has_happened_for_costs_no_query(
    api: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, path: str, more: str
) -> None:
    poll = f"{path}?updatedSince={published(publish, 5)}{more}"
    first = api.get(poll)

    with django_assert_num_queries(0):
        again, matching = api.get(poll), api.get(poll, headers={"If-None-Match": first["ETag"]})

    assert again.content == first.content
    assert (first.status_code, again.status_code, matching.status_code) == (200, 200, 304)


def test_a_channel_without_orders_costs_no_query(
    api: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish(*new_orders(1, channelId="shopee-th", partnerId="9"))
    before = api.get(f"/v3{PATH}").json()

    with django_assert_num_queries(0):
        after = api.get(f"/v3{PATH}").json()

    assert before["orders"] == after["orders"] == []


def test_what_there_is_is_asked_for_and_found(
    api: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    time = published(publish, 5)
    publish(event(orderId="O-6"))
    since(api, PATH, time)

    with django_assert_num_queries(1):
        found = since(api, PATH, time)

    assert found == ["O-6"]


def test_a_change_is_seen_as_soon_as_heads_are_read_again(
    api: Client, publish: Publish, settings: Settings
) -> None:
    time = published(publish, 5)
    before = [since(api, path, time) for path in (PATH, PARTNER)]
    publish(event(orderId="O-1"))
    meanwhile = [since(api, path, time) for path in (PATH, PARTNER)]
    settings.FEED_MEMORY_MILLISECONDS = NOT_AT_ALL
    after = [since(api, path, time) for path in (PATH, PARTNER)]

    assert before == meanwhile == [[], []]
    assert after == [["O-1"], ["O-1"]]


def test_nothing_is_remembered_when_that_is_switched_off(
    api: Client, publish: Publish, settings: Settings
) -> None:
    settings.FEED_MEMORY_MILLISECONDS = 0
    time = published(publish, 5)
    before = since(api, PATH, time)
    publish(event(orderId="O-1"))

    assert before == []
    assert since(api, PATH, time) == ["O-1"]


def test_a_change_elsewhere_is_no_reason_to_ask(
    api: Client, publish: Publish, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    time = published(publish, 5)
    since(api, PATH, time)
    publish(event(channelId="shopee-th", partnerId="9"))
    settings.FEED_MEMORY_MILLISECONDS = NOT_AT_ALL

    with django_assert_num_queries(1) as asked:
        found = since(api, PATH, time)

    assert found == []
    assert FeedHead._meta.db_table in asked[0]["sql"]
    assert " > " in asked[0]["sql"]  # only what is later than the newest time seen


def test_who_finds_another_thread_reading_asks_for_orders_instead(api: Client, publish: Publish) -> None:
    time = published(publish, 5)
    publish(event(orderId="O-6"))
    with heads._reading:
        found = since(api, PATH, time)

    assert found == ["O-6"]


def test_a_database_that_is_away_is_not_taken_for_one_where_nothing_happens(
    api: Client, publish: Publish, settings: Settings
) -> None:
    def away(*args: object) -> None:
        raise OperationalError("connection refused")

    time = published(publish, 5)
    since(api, PATH, time)
    settings.FEED_MEMORY_MILLISECONDS = NOT_AT_ALL
    with connection.execute_wrapper(away):
        refused = api.get(f"/v3{PATH}?updatedSince={time}")
    publish(event(orderId="O-1"))

    assert refused.status_code == 503
    assert since(api, PATH, time) == ["O-1"]


@pytest.mark.usefixtures("far_ahead")
def test_a_head_that_was_set_right_by_hand_is_noticed_within_a_minute(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("orders.heads.time.monotonic", lambda: now)
    publish(*new_orders(5))
    scope, other = Scope("channel", "lazada-th"), Scope("channel", "shopee-th")
    publish(event(channelId="shopee-th"))
    FeedHead.objects.filter(identifier="lazada-th").update(updated_time=FAR_AHEAD)
    wrong = heads.nothing_newer(scope, FAR_AHEAD)
    FeedHead.objects.filter(identifier="lazada-th").update(updated_time=FAR_AHEAD + timedelta(microseconds=1))
    now += 60
    still_wrong = heads.nothing_newer(scope, FAR_AHEAD)
    now += 0.001
    right = heads.nothing_newer(scope, FAR_AHEAD)

    assert (wrong, still_wrong, right) == (True, True, False)
    assert not heads.nothing_newer(other, FAR_AHEAD)


def test_heads_are_the_newest_orders(publish: Publish) -> None:
    publish(*new_orders(3), event(channelId="shopee-th"), event(orderId="O-2"))

    assert FeedHead.objects.newest() == SalesOrder.objects.newest_by_scope()
    assert len(FeedHead.objects.all()) == 3


def test_a_migration_fills_the_heads_of_orders_that_are_there(publish: Publish) -> None:
    publish(*new_orders(3), event(channelId="shopee-th", partnerId="9"))
    expected = FeedHead.objects.newest()
    FeedHead.objects.all().delete()

    importlib.import_module("orders.migrations.0003_feedhead").fill(apps, None)

    assert FeedHead.objects.newest() == expected


def test_a_scope_not_asked_about_is_not_remembered(publish: Publish) -> None:
    publish(*new_orders(1), event(channelId="shopee-th", partnerId="9"))

    heads.nothing_newer(CHANNEL_SCOPE, FAR_AHEAD)

    assert set(heads._known) == {CHANNEL_SCOPE}


def test_at_most_so_many_scopes_are_remembered(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.heads.MAX_SCOPES", 3)
    publish(*new_orders(1))

    for number in range(20):
        heads.nothing_newer(Scope("channel", f"nobody-{number}"), FAR_AHEAD)

    assert 1 <= len(heads._known) <= 3


def test_more_heads_than_are_read_at_once_are_forgotten_and_asked_for_again(
    publish: Publish, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr("orders.heads.MAX_MOVED", 3)
    publish(*new_orders(1))
    time = FeedClock.newest()
    before = heads.nothing_newer(CHANNEL_SCOPE, time)
    publish(*[event(orderId=f"O-{n}", channelId=f"shop-{n}", partnerId=f"{n}") for n in range(9)])
    publish(event(orderId="O-1", eventId="later"))
    settings.FEED_MEMORY_MILLISECONDS = NOT_AT_ALL

    after = heads.nothing_newer(CHANNEL_SCOPE, time)

    assert (before, after) == (True, False)


def test_a_late_replica_is_not_believed_about_a_head_that_has_moved(publish: Publish) -> None:
    """It would be remembered, and not read again: the process has gone past the time that it moved at."""
    publish(*new_orders(1))
    late = FeedClock.newest()
    publish(event(orderId="O-2"))
    newest = FeedClock.newest()
    heads.nothing_newer(Scope("channel", "elsewhere"), newest)
    FeedClock.objects.update(last_time=late)
    FeedHead.objects.update(updated_time=late)
    found_while_late = heads.nothing_newer(CHANNEL_SCOPE, late)
    FeedClock.objects.update(last_time=newest)
    FeedHead.objects.update(updated_time=newest)

    assert not found_while_late
    assert not heads.nothing_newer(CHANNEL_SCOPE, late)
    assert heads.nothing_newer(CHANNEL_SCOPE, newest)


@pytest.mark.parametrize(("now_milliseconds", "read"), [(49.9, 0), (50.0, 1)])
def test_heads_are_read_again_when_their_time_is_over(
    publish: Publish,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
    now_milliseconds: float,
    read: int,
) -> None:
    settings.FEED_MEMORY_MILLISECONDS = 50
    publish(*new_orders(1))
    now = 0.0
    monkeypatch.setattr("orders.heads.time.monotonic", lambda: now)
    heads.nothing_newer(CHANNEL_SCOPE, FAR_AHEAD)
    now = now_milliseconds / 1000

    with django_assert_num_queries(read):
        heads.nothing_newer(CHANNEL_SCOPE, FAR_AHEAD)


@pytest.mark.slow
def test_two_hundred_thousand_scopes_slow_no_poll_and_take_no_memory(publish: Publish) -> None:
    """A file of lines with ever new partners makes as many heads."""
    publish(*new_orders(1))
    time = FeedClock.newest()
    FeedHead.objects.bulk_create(
        (FeedHead(kind="partner", identifier=f"p{n}", updated_time=time) for n in range(200_000)),
        batch_size=20_000,
    )
    tracemalloc.start()

    seconds = []
    for number in range(100):
        started = perf_counter()
        heads.nothing_newer(Scope("partner", f"p{number}"), time)
        heads._read_time = float("-inf")
        seconds.append(perf_counter() - started)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert max(seconds) < 0.1
    assert taken < 20_000_000
