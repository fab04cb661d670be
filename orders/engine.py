"""The one place where PostgreSQL and SQLite are treated differently."""

from django.db import OperationalError, connection

DEADLOCK = "40P01"
SERIALIZATION_FAILURE = "40001"


def allow_long_waits() -> None:
    """Give this transaction the time that publishing may take; the connection's own limits are for pages."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '60s'")


def is_lost_race(error: OperationalError) -> bool:
    """Whether the transaction was chosen to give way to another one, and may begin again."""
    return getattr(error.__cause__, "sqlstate", None) in (DEADLOCK, SERIALIZATION_FAILURE)
