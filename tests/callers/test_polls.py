"""What is kept of polls, and what of that is a skipped window."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from callers import poll_memory, polls
from callers.models import Scope
from callers.poll_notes import MAX_SPANS, Gathered
from callers.polls import FeedPolls, Skipped
from stores.writer import writer

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FEED = Scope("channel", "lazada-th")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The time stands still until a test moves it."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def at(seconds: float) -> datetime:
    """A time of changes, which were long ago."""
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def poll(since: float | None, given: float, scope: Scope = FEED) -> None:
    poll_memory.note(7, scope, "200", (None if since is None else at(since), at(given)))


class Process:
    """One of several that note polls: its memory is taken and put back, as if each had its own."""

    def __init__(self) -> None:
        self.memory: dict[poll_memory.Key, Gathered] = {}

    def __enter__(self) -> None:
        poll_memory._gathered.update(self.memory)

    def __exit__(self, *error: object) -> None:
        self.memory = dict(poll_memory._gathered)
        poll_memory.forget()

    def write(self) -> None:
        with self:
            writer.flush()


def skipped(clock: time_machine.Traveller) -> list[tuple[datetime, datetime]]:
    """The windows that are told of when everything is written and settled."""
    writer.flush()
    clock.shift(20)
    (found,) = polls.of_caller(7)
    return [(window.after, window.until) for window in found.skipped]


def test_polls_are_told_by_caller_and_feed(clock: time_machine.Traveller) -> None:
    poll(0, 100)
    poll_memory.note(7, FEED, "limited")
    clock.shift(3600)
    poll(100, 150)
    poll_memory.note(7, FEED, "304")
    writer.flush()

    told = FeedPolls(
        caller_id=7,
        scope=FEED,
        last_poll_time=START + timedelta(hours=1),
        last_updated_since=at(100),
        given_until=at(150),
        outcomes={START: {"200": 1, "limited": 1}, START + timedelta(hours=1): {"200": 1, "304": 1}},
        limited=1,
        skipped=[],
    )
    assert polls.all() == polls.of_caller(7) == [told]
    assert polls.of_feeds(7, [FEED, Scope("partner", "143")]) == {FEED: told}
    assert polls.of_caller(70) == []


def test_a_feed_of_which_nothing_was_answered_has_no_times() -> None:
    poll_memory.note(7, FEED, "limited")
    writer.flush()

    assert polls.of_caller(7) == [FeedPolls(7, FEED, None, None, None, {START: {"limited": 1}}, 1, [])]


def test_outcomes_are_kept_for_two_days(clock: time_machine.Traveller) -> None:
    poll(0, 100)
    writer.flush()
    clock.shift(48 * 3600)
    poll(100, 100)
    writer.flush()

    assert [*polls.of_caller(7)[0].outcomes] == [START + timedelta(hours=48)]


def test_the_newest_poll_counts_whoever_writes_last(clock: time_machine.Traveller) -> None:
    early, late = Process(), Process()
    with early:
        poll(0, 100)
    clock.shift(1)
    with late:
        poll(None, 40)
    late.write()
    early.write()

    (found,) = polls.of_caller(7)
    assert (found.last_poll_time, found.last_updated_since, found.given_until) == (
        START + timedelta(seconds=1),
        None,
        at(40),
    )


def test_a_chain_of_polls_that_goes_from_process_to_process_skips_nothing(
    clock: time_machine.Traveller,
) -> None:
    processes = [Process(), Process()]
    for number in range(400):
        with processes[number % 2]:
            poll(number, number + 1)
        clock.shift(0.1)
        if number % 40 == 0:  # the one writes at once, the other four seconds later
            processes[1].write()
        if number % 40 == 39:
            processes[0].write()
    for process in processes:
        process.write()

    assert skipped(clock) == []


def test_a_jump_is_one_skipped_window(clock: time_machine.Traveller) -> None:
    first, second = Process(), Process()
    with first:
        poll(0, 100)
    with second:
        poll(100, 150)
        clock.shift(1)
        poll(200, 250)
    with first:
        poll(200, 250)
        poll(250, 300)
    second.write()
    first.write()

    clock.shift(20)
    assert polls.of_caller(7)[0].skipped == [Skipped(at(150), at(200), START + timedelta(seconds=1))]
    with first:
        poll(300, 350)
    first.write()
    assert skipped(clock) == [(at(150), at(200))]


def test_a_jump_is_told_when_all_have_written_what_they_gave(clock: time_machine.Traveller) -> None:
    poll(0, 100)
    poll(200, 250)
    writer.flush()
    clock.shift(9)

    assert polls.of_caller(7)[0].skipped == []

    clock.shift(2)
    assert len(polls.of_caller(7)[0].skipped) == 1


def test_a_caller_that_goes_back_and_then_on_where_it_was_skips_nothing(
    clock: time_machine.Traveller,
) -> None:
    for since, given in ((100, 200), (20, 50), (200, 220), (None, 10), (220, 230)):
        poll(since, given)
        writer.flush()
        clock.shift(7)

    assert skipped(clock) == []


def test_going_back_and_on_between_two_writes_skips_nothing(clock: time_machine.Traveller) -> None:
    for _ in range(2):  # the second time finds the first settled
        poll(100, 200)
        writer.flush()
        clock.shift(20)
    for since, given in ((200, 200), (20, 50), (200, 220), (210, 215), (220, 230)):
        poll(since, given)

    assert skipped(clock) == []


def test_asking_again_for_what_was_given_takes_nothing_back(clock: time_machine.Traveller) -> None:
    for since, given in ((100, 200), (150, 160), (200, 210)):
        poll(since, given)

    assert skipped(clock) == []


def test_what_cannot_be_written_is_written_later(clock: time_machine.Traveller, settings: Settings) -> None:
    poll(0, 50)
    writer.flush()
    good_url = settings.NOTES_URL
    settings.NOTES_URL = "redis://127.0.0.1:1/0"
    poll(50, 100)
    writer.flush()
    poll(100, 150)
    writer.flush()
    settings.NOTES_URL = good_url
    poll_memory.note(7, FEED, "304")
    assert skipped(clock) == []
    poll(150, 200)

    assert skipped(clock) == []
    (found,) = polls.of_caller(7)
    assert (found.given_until, found.outcomes) == (at(200), {START: {"200": 4, "304": 1}})


def test_processes_that_write_again_after_a_minute_without_the_store_skip_nothing(
    clock: time_machine.Traveller, settings: Settings
) -> None:
    poll(0, 1)
    writer.flush()
    good_url = settings.NOTES_URL
    settings.NOTES_URL = "redis://127.0.0.1:1/0"
    processes = [Process(), Process()]
    for number in range(1, 60):
        with processes[number % 2]:
            poll(number, number + 1)
        clock.shift(1)
        if number % 4 == 0:
            for process in processes:
                process.write()
    settings.NOTES_URL = good_url
    processes[0].write()
    clock.shift(4)
    processes[1].write()

    assert skipped(clock) == []


def test_the_first_poll_that_is_known_skips_nothing(clock: time_machine.Traveller) -> None:
    poll(500, 500)

    assert skipped(clock) == []


def test_ten_windows_are_kept_the_newest(clock: time_machine.Traveller) -> None:
    for number in range(13):
        poll(number * 10, number * 10 + 1)
        clock.shift(20)

    assert skipped(clock) == [(at(number * 10 + 1), at(number * 10 + 10)) for number in range(2, 12)]


def test_memory_holds_ten_thousand_feeds_and_some_spans_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll_memory, "MAX_GATHERED", 3)
    for number in range(5):
        poll(0, 1, Scope("channel", str(number)))
    for number in range(2 * MAX_SPANS):
        poll(number * 10, number * 10 + 1, Scope("channel", "0"))

    assert len(poll_memory._gathered) == 3
    assert len(poll_memory._gathered[7, "channel", "0"].spans) == MAX_SPANS


def test_more_feeds_than_one_transaction_changes_are_all_written() -> None:
    for number in range(250):
        poll(0, 1, Scope("channel", f"{number:03}"))
    writer.flush()

    assert [found.scope.identifier for found in polls.all()] == [f"{number:03}" for number in range(250)]
