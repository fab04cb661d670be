"""A database that goes away while events are published."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds between attempts; the last one is repeated."""

READ_ONLY = "25006"
"""What a primary that was demoted, or a standby, answers to a write."""

Result = TypeVar("Result")


def is_outage(error: Error) -> bool:
    """Whether the database is away, too slow or cannot be written to, so that the same may work later."""
    return (
        isinstance(error, OperationalError | InterfaceError)
        or getattr(error.__cause__, "sqlstate", None) == READ_ONLY
    )


def survive(call: Callable[[], Result], timeout: float) -> Result:
    """Return `call()`; while the database is away call again, for up to `timeout` seconds.

    Raises django.db.Error. `call` must be harmless when repeated: a commit whose answer was lost may have
    been done. A connection that failed is closed in any case, so that the next attempt gets a new one,
    perhaps to another server.
    """
    started = time.monotonic()
    attempt = 0
    while True:
        try:
            result = call()
        except Error as error:
            if not is_outage(error) or connection.in_atomic_block:
                raise
            connection.close()
            if time.monotonic() - started >= timeout:
                raise
            if not attempt:
                logger.warning("database away, trying for %g s: %s", timeout, first_line(error))
            time.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1
        else:
            if attempt:
                logger.warning("database is back after %.1f s", time.monotonic() - started)
            return result


def first_line(error: BaseException) -> str:
    """What a database error says, in one line."""
    return next(iter(str(error).splitlines()), type(error).__name__)
