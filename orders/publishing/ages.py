"""Ages as operators write them: `400d`, `26w`, `2y`."""

import re
from datetime import datetime, timedelta

from django.db.models.functions import Now

from orders.models import FeedClock
from wire.times import EARLIEST

DAYS = {"d": 1, "w": 7, "y": 365}
UNITS = "d (days), w (weeks) or y (years of 365 days)"
_AGE = re.compile(r"([+-]?)(\d{1,9})([a-z]*)", re.ASCII)


class BadAge(ValueError):
    """The message says what is wrong with an age."""


def parse_age(text: str) -> timedelta:
    """How long ago. Raises BadAge."""
    found = _AGE.fullmatch(text.strip())
    if not found:
        raise BadAge(f"{text[:50]!r} is no age: write a number and {UNITS}, such as 400d")
    sign, number, unit = found.groups()
    if unit not in DAYS:
        raise BadAge(f"{text[:50]!r} has no unit that is known: {UNITS}, such as {number}d")
    if sign == "-":
        raise BadAge(f"{text[:50]} is negative: an age counts back from now, such as {number}{unit}")
    if int(number) == 0:
        raise BadAge(f"{text[:50]} would remove orders that have just changed: the least age is 1d")
    try:
        return timedelta(days=int(number) * DAYS[unit])
    except OverflowError:
        raise BadAge(f"{text[:50]} is longer than there are times") from None


def time_before(age: timedelta) -> datetime:
    """So long ago by the database's clock, which gives orders their times."""
    now: datetime = FeedClock.objects.annotate(now=Now()).values_list("now", flat=True).get()
    return now - min(age, now - EARLIEST)
