"""Notes as rows of a table: those of the embedded profile."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import orjson
from django.db import Error, transaction
from django.db.models import QuerySet

from stores.models import Note
from stores.notes import Away, Change, Content

T = TypeVar("T")


class RowNotes:
    """Rows of a table, for a database that has one writer at a time, as SQLite does."""

    def change(self, names: Sequence[str], change: Change, *, seconds: int) -> None:
        """Three statements in one transaction."""
        now = datetime.now(UTC)

        def write() -> None:
            with transaction.atomic():
                found = _loaded(_rows(names).select_for_update())
                Note.objects.filter(expires_time__lt=now).delete()
                rows = [
                    Note(
                        name=name,
                        content=orjson.dumps(change(name, found.get(name, {}))).decode(),
                        expires_time=now + timedelta(seconds=seconds),
                    )
                    for name in names
                ]
                fields = ["content", "expires_time"]
                Note.objects.bulk_create(
                    rows, update_conflicts=True, unique_fields=["name"], update_fields=fields
                )

        self._ask(write)

    def read(self, names: Sequence[str]) -> dict[str, Content]:
        """One query."""
        return self._ask(lambda: _loaded(_rows(names)))

    def names(self, prefix: str) -> list[str]:
        rows = Note.objects.filter(name__startswith=prefix, expires_time__gt=datetime.now(UTC))
        return self._ask(lambda: sorted(rows.values_list("name", flat=True)))

    def _ask(self, question: Callable[[], T]) -> T:
        try:
            return question()
        except Error as error:
            raise Away(type(error).__name__) from error


def _rows(names: Sequence[str]) -> QuerySet[Note]:
    return Note.objects.filter(name__in=names, expires_time__gt=datetime.now(UTC))


def _loaded(rows: QuerySet[Note]) -> dict[str, Content]:
    return {row.name: orjson.loads(row.content) for row in rows}
