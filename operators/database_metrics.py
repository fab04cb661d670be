"""What a scrape asks the database, each question with an end. What is not answered in time is left out."""

import logging
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error, OperationalError, connections, transaction
from prometheus_client import Metric

from delivery.engine.clocks import database_now
from operators import delivery_metrics
from operators.gauges import gauge
from orders.models import FeedClock
from stores.waits import allow_seconds
from wire.times import EARLIEST

logger = logging.getLogger(__name__)

SECONDS = 4
"""For all questions of the primary together; Prometheus gives up after ten."""

MIN_SECONDS = 0.05


def collect() -> Iterator[Metric]:
    """All that is answered in time. Whether the database is there is always said."""
    deadline = time.monotonic() + SECONDS
    first = _ask(_publishing, deadline)
    yield gauge("acommerce_database_up", "1 while the database answers.", float(first is not None))
    yield from first or []
    for question in QUESTIONS if first is not None else []:
        yield from _ask(question, deadline) or []
    quiet = settings.PUBLISHER_QUIET_SECONDS
    yield gauge("acommerce_publisher_quiet_seconds", "The setting PUBLISHER_QUIET_SECONDS.", quiet)


def _ask(question: Callable[[], list[Metric]], deadline: float) -> list[Metric] | None:
    """What a question found; None when it failed, or there was no time left for it."""
    try:
        with transaction.atomic():
            left = deadline - time.monotonic()
            if left < MIN_SECONDS:
                raise OperationalError("no time left")
            allow_seconds(left)
            return question()
    except (Error, ObjectDoesNotExist) as error:
        logger.error("metrics are left out, because the database failed: %s", type(error).__name__)
        return None


def _publishing() -> list[Metric]:
    """How long ago the newest change was; nothing before there was one."""
    newest = FeedClock.newest()
    if newest <= EARLIEST:
        return []
    age = (database_now() - newest).total_seconds()
    return [gauge("acommerce_newest_change_age_seconds", "Since an order changed last.", max(age, 0))]


def _replica() -> list[Metric]:
    """How far the replica that pages are read from is behind, and whether there is one."""
    if not settings.DATABASE_REPLICA_URLS:
        return []
    newest = FeedClock.newest()
    there = FeedClock.objects.using(settings.FEED_DATABASE).get().last_time
    with connections[settings.FEED_DATABASE].cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        (is_replica,) = cursor.fetchone()
    lag = max((newest - there).total_seconds(), 0)
    return [
        gauge("acommerce_replica_up", "1 while pages are read from a replica.", float(is_replica)),
        gauge("acommerce_replica_lag_seconds", "From its newest change to that of the primary.", lag),
    ]


QUESTIONS = (
    delivery_metrics.deliver_processes,
    delivery_metrics.subscriptions,
    delivery_metrics.late_batches,
    delivery_metrics.held_orders,
    _replica,
)
