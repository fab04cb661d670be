"""What the overview says of publishing, of those who poll, and of what it cannot know."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Never

import pytest
from django.db import OperationalError, connection
from pytest_django import DjangoAssertNumQueries, Settings

from callers.administration import revoke_caller
from callers.models import Scope
from operators.overview import charting, gathering
from operators.overview.figure import Tone
from operators.overview.figures import Figure, figures, worst
from operators.overview.following import Limited, NeverPolled
from operators.overview.gathering import gather
from orders.models import FeedClock, SalesOrder
from stores import minutes
from stores.notes import Away
from testbed.events import event, new_orders
from tests.conftest import Publish
from tests.operators.overviews import age_of_newest_change, caller, figure, limited, polled

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def nothing_counted(feed_clock: None) -> None:
    minutes.forget()
    charting.day.forget()


def test_a_publisher_that_published_a_moment_ago_is_alive(publish: Publish) -> None:
    publish(*new_orders(1))

    found = figure("publisher")

    assert (found.tone, found.word) == (Tone.OK, "Alive")
    assert found.sentence.startswith("The newest change is 0")


def test_a_publisher_that_stopped_turns_red(publish: Publish) -> None:
    publish(*new_orders(1))
    age_of_newest_change(50)
    before = figure("publisher").tone
    age_of_newest_change(61)

    after = figure("publisher")
    assert before == Tone.OK
    assert (after.tone, after.word) == (Tone.ALARM, "Quiet")
    assert re.fullmatch(r"The newest change is 6\d s old; after 60 s it counts as quiet\.", after.sentence)


def test_after_how_long_a_publisher_counts_as_quiet_is_a_setting(settings: Settings) -> None:
    settings.PUBLISHER_QUIET_SECONDS = 3600
    age_of_newest_change(3500)
    before = figure("publisher").tone
    age_of_newest_change(3700)

    assert (before, figure("publisher").tone) == (Tone.OK, Tone.ALARM)


def test_before_the_first_event_the_feed_is_empty() -> None:
    assert figure("publisher") == Figure(
        "publisher", "Publisher", Tone.WARNING, "Empty", "Nothing has been published yet."
    )


def test_the_slowest_followers_come_first_with_what_they_were_not_given(publish: Publish) -> None:
    publish(*new_orders(5))
    newest = FeedClock.newest()
    step = timedelta(microseconds=20)
    for name, missing in (("up-to-date", 0), ("slow", 3), ("slower", 5), ("fast", 1)):
        polled(caller(name), newest - missing * step)

    found = gather().followers

    assert found is not None
    assert [(row.caller, row.orders) for row in found.slowest] == [("slower", 5), ("slow", 3), ("fast", 1)]
    assert (found.following, found.behind) == (4, 3)
    assert all(0 < row.seconds < 60 and row.last_poll_time for row in found.slowest)


def test_who_waits_longest_is_the_slowest_however_old_the_times_are_that_others_were_given(
    publish: Publish,
) -> None:
    publish(event(orderId="A", channelId="other"), event(orderId="B"))
    hours = [datetime.now(UTC) - timedelta(hours=number) for number in range(4)]
    SalesOrder.objects.filter(channel_id="other").update(updated_time=hours[1])
    polled(caller("quiet-feed"), hours[3])
    polled(caller("busy-feed", channels=["other"]), hours[2], Scope("channel", "other"))

    found = gather().followers

    assert found is not None
    assert [row.caller for row in found.slowest] == ["busy-feed", "quiet-feed"]
    assert [round(row.seconds / 3600) for row in found.slowest] == [1, 0]


def test_who_was_given_old_times_of_a_feed_without_changes_is_not_behind(publish: Publish) -> None:
    publish(*new_orders(1))
    polled(caller("idle"), FeedClock.newest())
    age_of_newest_change(5000)

    assert figure("slowest").word == "Nobody behind"


def test_of_many_who_are_behind_the_ten_slowest_are_found(
    publish: Publish, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    publish(*new_orders(3))
    newest = FeedClock.newest()
    for number in range(120):
        polled(caller(f"shop-{number:03}"), newest - timedelta(microseconds=20 * (number % 3)))

    with django_assert_max_num_queries(45):
        found = gather().followers

    assert found is not None
    assert (found.behind, len(found.slowest)) == (80, 10)
    assert {row.orders for row in found.slowest} == {2}


def test_grants_that_nobody_used_are_listed_and_misspelt_ones_first(publish: Publish) -> None:
    publish(*new_orders(1))
    used = caller("poller")
    polled(used, FeedClock.newest())
    fine, misspelt = caller("fine"), caller("misspelt", channels=["lazadath"], partners=["143"])

    found = gather().followers

    assert found is not None
    assert found.never_polled == [
        NeverPolled("misspelt", misspelt, "channel", "lazadath", is_known=False),
        NeverPolled("fine", fine, "channel", "lazada-th", is_known=True),
        NeverPolled("misspelt", misspelt, "partner", "143", is_known=True),
    ]
    assert figure("neverPolled").sentence == "No such channel yet: lazadath, granted to misspelt."


def test_callers_that_were_revoked_are_left_out(publish: Publish) -> None:
    publish(*new_orders(1))
    polled(caller("gone"), FeedClock.newest() - timedelta(hours=1))
    caller("unused")
    revoke_caller(username="gone")
    revoke_caller(username="unused")

    found = gather().followers

    assert found is not None
    assert (found.following, found.slowest, found.never_polled) == (0, [], [])


def test_callers_that_were_limited_are_listed_most_first() -> None:
    some, more = caller("some"), caller("more")
    limited(some, 2)
    limited(more, 5)

    found = gather().followers

    assert found is not None
    assert found.limited == [Limited("more", more, 5), Limited("some", some, 2)]


def test_a_window_that_was_skipped_is_told(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callers.poll_notes.SETTLE_SECONDS", -1)
    publish(*new_orders(1))
    newest = FeedClock.newest()
    pk = caller("hasty")
    polled(pk, newest)
    polled(pk, newest + timedelta(seconds=9), since=newest + timedelta(seconds=5))

    found = gather().followers

    assert found is not None
    (window,) = found.skipped
    assert (window.caller, window.after, window.until) == ("hasty", newest, newest + timedelta(seconds=5))


def test_polls_that_failed_are_told() -> None:
    minutes.count("polls.failed", 3)
    minutes.count("polls.200", 7)
    minutes.flush()

    found = gather().traffic

    assert found is not None
    assert found.polls_last_hour == {"200": 7, "304": 0, "refused": 0, "limited": 0, "failed": 3}
    assert figure("polls").tone == Tone.WARNING


def test_without_the_database_the_overview_says_what_it_does_not_know() -> None:
    def away(*_: Any) -> Never:
        raise OperationalError("connection to server at 10.0.0.7 failed")

    with connection.execute_wrapper(away):
        found = gather()

    shown = {each.figure: (each.tone, each.word) for each in figures(found)}
    assert worst(figures(found)) == Tone.ALARM
    assert shown["database"] == (Tone.ALARM, "Away")
    assert shown["limits"] == (Tone.OK, "Counting")
    for key in ("publisher", "slowest", "subscriptions", "polls"):
        assert shown[key] == (Tone.UNKNOWN, "Not known"), key


def test_a_slow_part_is_not_known_and_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow() -> Never:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setitem(gathering.QUESTIONS, "deliveries", slow)

    found = gather()

    assert found.unknown == {"deliveries": "The database was too slow, or failed."}
    assert found.deliveries is None
    assert found.followers is not None


def test_without_the_store_of_counts_who_polls_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> Never:
        raise Away("TimeoutError")

    monkeypatch.setattr("stores.row_notes.RowNotes.read", away)
    monkeypatch.setattr("stores.row_notes.RowNotes.names", away)
    monkeypatch.setattr("stores.redis_notes.RedisNotes.read", away)
    monkeypatch.setattr("stores.redis_notes.RedisNotes.names", away)

    found = gather()

    assert found.unknown == {
        "followers": "What processes count could not be read: its store does not answer.",
        "traffic": "What processes count could not be read: its store does not answer.",
    }
    assert found.publisher is not None
