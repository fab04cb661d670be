"""How often an address is asked, and a mail that failed is tried: pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest

from delivery.mail.limits import may_ask_at, next_try
from delivery.outcome import Kind, Outcome

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = [NOW - timedelta(days=days) for days in (6, 3, 1)]
FAILED = Outcome(Kind.FAILED)


def minutes(*ago: float) -> list[datetime]:
    return [NOW - timedelta(minutes=each) for each in ago]


@pytest.mark.parametrize(
    ("to_address", "of_caller", "wait"),
    [
        ([], [], timedelta(0)),
        (DAYS[:2], [], timedelta(0)),
        (DAYS, [], timedelta(days=1)),
        ([*DAYS, NOW - timedelta(days=2)], [], timedelta(days=4)),
        ([NOW - timedelta(days=8), *DAYS[1:]], [], timedelta(0)),
        ([], minutes(*range(19)), timedelta(0)),
        ([], minutes(*range(20)), timedelta(days=1, minutes=-19)),
        (DAYS, minutes(*range(20)), timedelta(days=1)),
        ([], [NOW - timedelta(days=1, minutes=1)] * 30, timedelta(0)),
    ],
)
def test_an_address_is_asked_three_times_a_week_and_a_caller_asks_twenty_times_a_day(
    to_address: list[datetime], of_caller: list[datetime], wait: timedelta
) -> None:
    assert may_ask_at(to_address, of_caller, NOW) - NOW == wait


@pytest.mark.parametrize(
    ("tries", "wait"), [(1, 1), (2, 5), (3, 30), (4, 120), (5, 360), (6, 360), (12, 360)]
)
def test_a_mail_that_failed_is_tried_again_after_longer_and_longer_waits(tries: int, wait: int) -> None:
    assert next_try(FAILED, tries, NOW, NOW) == NOW + timedelta(minutes=wait)


@pytest.mark.parametrize("kind", [Kind.DELIVERED, Kind.BLOCKED])
def test_one_that_was_taken_or_refused_for_good_is_not(kind: Kind) -> None:
    assert next_try(Outcome(kind), 1, NOW, NOW) is None


def test_after_three_days_a_mail_is_given_up() -> None:
    assert next_try(FAILED, 9, NOW - timedelta(days=3), NOW) is None
