"""Gathers the overview, with an end to every question: what is not answered in time is not known."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import Error, connection, transaction

from operators.overview import deliveries, followers, limits, publisher, replicas, traffic
from operators.overview.findings import Overview
from stores.notes import Away
from stores.waits import allow_seconds

logger = logging.getLogger(__name__)

SECONDS = 3
"""For all questions to the database together, once there is a connection."""
LEAST_SECONDS = 0.05
AWAY = "The database does not answer."
SLOW = "The database was too slow, or failed."
NO_NOTES = "What processes count could not be read: its store does not answer."

QUESTIONS: dict[str, Callable[[], Any]] = {
    "publisher": publisher.find,
    "deliveries": deliveries.find,
    "followers": followers.find,
    "traffic": traffic.find,
}
"""By the name of the part, the most important first."""


def gather() -> Overview:
    """Everything, or what is known of it after a few seconds. At most 30 queries, however much there is."""
    deadline = time.monotonic() + SECONDS
    found: dict[str, Any] = {"database_milliseconds": _round_trip()}
    unknown: dict[str, str] = {}
    if found["database_milliseconds"] is None:
        unknown["database_milliseconds"] = AWAY
    for part, question in QUESTIONS.items():
        try:
            found[part] = _ask(question, deadline)
        except Away:
            unknown[part] = NO_NOTES
        except (Error, ObjectDoesNotExist) as error:
            logger.error("the overview does not know %s: %s", part, type(error).__name__)
            unknown[part] = AWAY if found["database_milliseconds"] is None else SLOW
    found["limits_count"] = limits.are_counted()
    found["replicas"] = replicas.find()
    return Overview(datetime.now(UTC), **found, unknown=unknown)


def _round_trip() -> float | None:
    """How long the database takes to answer; None when it does not."""
    began = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return None
    return round((time.monotonic() - began) * 1000, 1)


def _ask(question: Callable[[], Any], deadline: float) -> Any:
    """The answer. Raises what the question raises, or Error when it takes longer than is left."""
    with transaction.atomic():
        allow_seconds(max(deadline - time.monotonic(), LEAST_SECONDS))
        return question()
