"""Whether anything is published."""

from django.conf import settings
from django.db.models.functions import Now

from operators.overview.findings import Publisher
from orders.models import FeedClock
from wire.times import EARLIEST


def find() -> Publisher:
    """By the database's clock, as the feed clock is. One query."""
    now, newest = FeedClock.objects.annotate(now=Now()).values_list("now", "last_time").get()
    quiet_after = settings.PUBLISHER_QUIET_SECONDS
    if newest <= EARLIEST:
        return Publisher("EMPTY", None, None, quiet_after)
    age = max((now - newest).total_seconds(), 0.0)
    return Publisher("QUIET" if age > quiet_after else "ALIVE", newest, round(age, 3), quiet_after)
