"""Clocks that leases are counted by: ours, which nobody sets, and the database's, which somebody may set."""

import time
from datetime import datetime, timedelta

from django.db.models.functions import Now

from orders.models import FeedClock

MAX_DRIFT = timedelta(seconds=1)


def monotonic() -> float:
    """Seconds that also pass while this machine is suspended, where the system counts them (Linux)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def database_now() -> datetime:
    """What the database's clock says."""
    now: datetime = FeedClock.objects.annotate(now=Now()).values_list("now", flat=True).get()
    return now


class DatabaseClock:
    """Notices that the database's clock was set: then leases seem to have ended that their owners still hold.

    They renew them within a few seconds, so whoever claims nothing for the length of a lease does no harm.
    """

    def __init__(self) -> None:
        self._seen: tuple[float, float, datetime] | None = None
        self._set_at = float("-inf")

    def is_steady_for(self, seconds: float) -> bool:
        """Ask the database; whether its clock was not set for so long, as far as we have seen. One query."""
        asked = monotonic()
        now = database_now()
        self.notice(asked, monotonic(), now)
        return monotonic() - self._set_at >= seconds

    def notice(self, asked: float, answered: float, now: datetime) -> None:
        """Take in what it said between two moments of ours."""
        if self._seen:
            was_asked, was_answered, before = self._seen
            passed = now - before
            least, most = timedelta(seconds=asked - was_answered), timedelta(seconds=answered - was_asked)
            if not least - MAX_DRIFT <= passed <= most + MAX_DRIFT:
                self._set_at = answered
        self._seen = asked, answered, now
