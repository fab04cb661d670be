"""The one place where PostgreSQL and SQLite are treated differently."""

from django.db import IntegrityError, connection

DEADLOCK = "40P01"
SERIALIZATION_FAILURE = "40001"


def allow_long_waits() -> None:
    """Give this transaction the time that publishing may take; the connection's own limits are for pages."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '60s'")


def is_worth_retrying(error: Exception) -> bool:
    """Whether a failed batch lost a race, and would see another state if it began again."""
    if isinstance(error, IntegrityError):
        return True
    state = getattr(error.__cause__, "sqlstate", None)
    return state in (DEADLOCK, SERIALIZATION_FAILURE)
