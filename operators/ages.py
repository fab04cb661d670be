"""How long ago something was, or how soon it comes, for people."""

from datetime import datetime, timedelta

from django.utils import timezone

UNITS = (
    (timedelta(days=2), 86_400, "d"),
    (timedelta(hours=2), 3_600, "h"),
    (timedelta(minutes=2), 60, "min"),
)


def age(time: datetime) -> str:
    """`45 s`, `3 min`, `5 h` or `12 d`; 0 s for a time that is still to come."""
    return _shortly(timezone.now() - time)


def left(time: datetime) -> str:
    """The same of a time that is still to come; 0 s for one that is over."""
    return _shortly(time - timezone.now())


def _shortly(length: timedelta) -> str:
    passed = max(length, timedelta(0))
    for least, seconds, unit in UNITS:
        if passed >= least:
            return f"{int(passed.total_seconds() // seconds)} {unit}"
    return f"{int(passed.total_seconds())} s"
