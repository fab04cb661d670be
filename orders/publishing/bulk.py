"""Write rows in bulk, read at one moment: the only module here that asks which database it is."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Model

DEADLOCK = "40P01"
SERIALIZATION_FAILURE = "40001"


def read_only_snapshot() -> None:
    """Make this transaction read one moment of the database, and lock nothing. Call before its first query.

    Nothing to do on SQLite, whose transactions always read one moment.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def is_serialization_failure(error: OperationalError) -> bool:
    """Whether PostgreSQL ended this transaction in favour of another one, so that it may begin again."""
    return getattr(error.__cause__, "sqlstate", None) in (DEADLOCK, SERIALIZATION_FAILURE)


def insert_many(model: type[Model], rows: Sequence[Any]) -> None:
    """Insert rows that must not exist yet, and give each its primary key. Raises IntegrityError.

    A row is an instance of `model`, or any object with the same attributes.
    """
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(_instances(model, rows))
    elif rows:
        _reserve_keys(model, rows)
        _copy(model, model._meta.db_table, _columns(model), rows)


def update_many(model: type[Model], rows: Sequence[Any], names: Sequence[str]) -> None:
    """Write the fields `names` of rows that exist, and that this transaction has locked."""
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(
            _instances(model, rows), update_conflicts=True, unique_fields=["pk"], update_fields=names
        )
    elif rows:
        columns = [field.attname for field in model._meta.concrete_fields if field.name in names]
        _update_by_copy(model, rows, columns)


def _update_by_copy(model: type[Model], rows: Sequence[Any], names: list[str]) -> None:
    """COPY into a table of this session, then one UPDATE."""
    table, key = model._meta.db_table, _key(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS new_{table}"
            f" AS SELECT {key}, {', '.join(names)} FROM {table} WITH NO DATA"
        )
        cursor.execute(f"TRUNCATE new_{table}")
        _copy(model, f"new_{table}", [key, *names], rows)
        values = ", ".join(f"{name} = new.{name}" for name in names)
        cursor.execute(f"UPDATE {table} SET {values} FROM new_{table} AS new WHERE {table}.{key} = new.{key}")


def _copy(model: type[Model], table: str, names: Sequence[str], rows: Iterable[Any]) -> None:
    """COPY in binary, which takes bytes as they are, and times and numbers without making texts of them."""
    statement = f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
    values = attrgetter(*names)
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(_types(model, names))
        for row in rows:
            copy.write_row(values(row))


def _types(model: type[Model], names: Sequence[str]) -> list[str]:
    """The PostgreSQL types of these columns, without lengths: nothing is converted in a COPY in binary."""
    types = {field.attname: str(field.db_type(connection)) for field in model._meta.concrete_fields}
    return [types[name].partition("(")[0] for name in names]


def _reserve_keys(model: type[Model], rows: Sequence[Any]) -> None:
    """COPY returns no keys, so take them from the sequence first. Keys that are given, as of events, stay."""
    if all(getattr(row, _key(model)) is not None for row in rows):
        return
    sequence = f"pg_get_serial_sequence('{model._meta.db_table}', '{_key(model)}')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [len(rows)])
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key


def _key(model: type[Model]) -> str:
    key = model._meta.pk
    return key.attname if key else "id"


def _instances(model: type[Model], rows: Sequence[Any]) -> list[Model]:
    names = _columns(model)
    return [
        row if isinstance(row, model) else model(**{name: getattr(row, name) for name in names})
        for row in rows
    ]


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
