"""Saving attempts. On PostgreSQL by COPY: instances of a model would cost a delivery more than signing it."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from django.db import connection

from delivery.models import Attempt

COLUMNS: dict[str, tuple[str, Any]] = {
    "subscription_id": ("bigint", None),
    "time": ("timestamptz", None),
    "channel_id": ("varchar", ""),
    "order_id": ("varchar", ""),
    "updated_time": ("timestamptz", None),
    "outcome": ("varchar", ""),
    "status": ("integer", None),
    "milliseconds": ("integer", None),
    "detail": ("varchar", ""),
    "answer": ("varchar", ""),
    "next_attempt_time": ("timestamptz", None),
}
"""Each with its type in PostgreSQL, and what stands for a value that is missing. The key comes of itself."""
NOTHING = {name: missing for name, (_, missing) in COLUMNS.items()}


def save_attempts(attempts: Sequence[dict[str, Any]]) -> None:
    """Insert them, in their order."""
    if connection.vendor != "postgresql":
        Attempt.objects.bulk_create(Attempt(**attempt) for attempt in attempts)
    elif attempts:
        _copy(attempts)


def _copy(attempts: Sequence[dict[str, Any]]) -> None:
    """In binary, so that no texts are made of times and numbers."""
    statement = f"COPY {Attempt._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
    values = itemgetter(*COLUMNS)
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types([kind for kind, _ in COLUMNS.values()])
        for attempt in attempts:
            copy.write_row(values(NOTHING | attempt))
