"""Ages as operators write them."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from orders.publishing.ages import BadAge, parse_age, time_before
from wire.times import EARLIEST

UNITS = "d (days), w (weeks) or y (years of 365 days)"


@pytest.mark.parametrize(
    ("text", "days"), [("400d", 400), ("26w", 182), ("2y", 730), ("1d", 1), ("+3d", 3), (" 7d ", 7)]
)
def test_an_age_is_a_number_and_a_unit(text: str, days: int) -> None:
    assert parse_age(text) == timedelta(days=days)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-400d", "-400d is negative: an age counts back from now, such as 400d"),
        ("0d", "0d would remove orders that have just changed: the least age is 1d"),
        ("000w", "000w would remove orders that have just changed: the least age is 1d"),
        ("400", f"'400' has no unit that is known: {UNITS}, such as 400d"),
        ("3m", f"'3m' has no unit that is known: {UNITS}, such as 3d"),
        ("400D", f"'400D' is no age: write a number and {UNITS}, such as 400d"),
        ("", f"'' is no age: write a number and {UNITS}, such as 400d"),
        ("a year", f"'a year' is no age: write a number and {UNITS}, such as 400d"),
        ("1.5y", f"'1.5y' is no age: write a number and {UNITS}, such as 400d"),
        ("٤d", f"'٤d' is no age: write a number and {UNITS}, such as 400d"),
        ("999999999y", "999999999y is longer than there are times"),
    ],
)
def test_others_are_refused_with_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(BadAge, match=f"^{re.escape(why)}$"):
        parse_age(text)


@pytest.mark.wire
@pytest.mark.usefixtures("feed_clock")
def test_it_counts_back_by_the_clock_of_the_database() -> None:
    assert abs(datetime.now(UTC) - timedelta(days=3) - time_before(timedelta(days=3))) < timedelta(minutes=1)
    assert time_before(timedelta(days=500_000)) == EARLIEST
