"""The database's clock is watched, because leases end by it."""

from datetime import UTC, datetime, timedelta

import pytest

from delivery.engine.clocks import DatabaseClock, monotonic

START = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "is_set"),
    [(5.0, False), (5.9, False), (4.5, False), (8.0, True), (-3600, True), (3605, True)],
)
def test_a_clock_that_does_not_pass_as_ours_does_was_set(
    seconds: float, is_set: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = DatabaseClock()
    ours = monotonic()
    clock.notice(ours - 5, ours - 5, START)
    clock.notice(ours, ours, START + timedelta(seconds=seconds))
    monkeypatch.setattr("delivery.engine.clocks.database_now", lambda: START + timedelta(seconds=seconds))

    assert clock.is_steady_for(25) is not is_set
    assert clock.is_steady_for(0)


def test_a_slow_answer_is_no_clock_that_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = DatabaseClock()
    ours = monotonic()
    clock.notice(ours - 9, ours - 5, START)
    clock.notice(ours - 4, ours, START + timedelta(seconds=8.5))
    monkeypatch.setattr("delivery.engine.clocks.database_now", lambda: START + timedelta(seconds=8.5))

    assert clock.is_steady_for(25)
