"""Counts by the minute, over all processes."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from stores import minutes

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The time stands still until a test moves it."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def test_counts_are_told_for_every_minute(clock: time_machine.Traveller) -> None:
    minutes.count("polls.200")
    minutes.count("polls.304", 5)
    clock.shift(125)
    minutes.count("polls.200", 2)
    minutes.flush()

    assert minutes.series(["polls.200", "polls.failed"], START, minute(2)) == {
        "polls.200": [(minute(0), 1), (minute(1), 0), (minute(2), 2)],
        "polls.failed": [(minute(0), 0), (minute(1), 0), (minute(2), 0)],
    }


def test_what_several_processes_write_of_a_minute_is_added_up() -> None:
    for _ in range(3):
        minutes.count("polls.200", 2)
        minutes.flush()

    assert minutes.series(["polls.200"], START, START) == {"polls.200": [(START, 6)]}


def test_nothing_is_told_before_it_is_written() -> None:
    minutes.count("polls.200")

    assert minutes.series(["polls.200"], START, START) == {"polls.200": [(START, 0)]}


def test_a_store_that_is_away_is_logged_once_and_loses_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    good_url = settings.NOTES_URL
    settings.NOTES_URL = "redis://127.0.0.1:3/0"
    with caplog.at_level(logging.WARNING):
        minutes.count("polls.200")
        minutes.flush()
        minutes.count("polls.200")
        minutes.flush()
        settings.NOTES_URL = good_url
        minutes.flush()

    assert minutes.series(["polls.200"], START, START) == {"polls.200": [(START, 2)]}
    assert [record.getMessage() for record in caplog.records] == [
        "what was gathered cannot be written, and waits: ConnectionError"
    ]
