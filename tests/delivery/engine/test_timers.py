"""One time for each subscription: waits that are set again and again take no memory."""

from datetime import UTC, datetime, timedelta

from delivery.engine.timers import Timers

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_the_soonest_time_counts_and_it_counts_once() -> None:
    timers = Timers()
    for seconds in (60, 30, 90):
        timers.at(1, NOW + timedelta(seconds=seconds))

    due = [timers.due(NOW + timedelta(seconds=seconds)) for seconds in (29, 30, 90)]

    assert due == [set(), {1}, set()]


def test_a_wait_set_a_thousand_times_is_kept_once() -> None:
    timers = Timers()
    for _ in range(1000):
        timers.at(1, NOW)

    assert len(timers) == 1
