"""How long ago something was, for people."""

from datetime import datetime, timedelta

from django.utils import timezone

UNITS = (
    (timedelta(days=2), 86_400, "d"),
    (timedelta(hours=2), 3_600, "h"),
    (timedelta(minutes=2), 60, "min"),
)


def age(time: datetime) -> str:
    """`45 s`, `3 min`, `5 h` or `12 d`; 0 s for a time that is still to come."""
    passed = max(timezone.now() - time, timedelta(0))
    for least, seconds, unit in UNITS:
        if passed >= least:
            return f"{int(passed.total_seconds() // seconds)} {unit}"
    return f"{int(passed.total_seconds())} s"
