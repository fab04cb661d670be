"""How long a transaction may take that is no page."""

from django.db import connection

IDLE_SECONDS = 5

LONG_WAIT_SECONDS = 60
GRACE_SECONDS = 5
"""How much longer than a statement may take we wait for the server to say so."""


def allow_long_waits() -> None:
    """Give this transaction a minute for each statement and lock; a connection's own limits are for pages."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONG_WAIT_SECONDS}s'")
            cursor.execute(f"SET LOCAL lock_timeout = '{LONG_WAIT_SECONDS}s'")
        connection.connection.patience_seconds = LONG_WAIT_SECONDS + GRACE_SECONDS


def allow_seconds(seconds: float) -> None:
    """Give each statement and lock of this transaction so long, which is shorter than for a page."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {round(seconds * 1000)}")
        connection.connection.patience_seconds = seconds + 1


def allow_no_idling() -> None:
    """End this transaction where the process falls silent for five seconds, because others need its locks."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
