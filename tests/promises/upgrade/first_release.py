"""A database as the first release left it, and what that release answered.

The first release itself made `first_release.json`: the rows are its tables after it had published fourteen
lines, and the answers are its bodies, whole.
"""

import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg

from testbed.events import Fields
from testbed.installation import Installation
from testbed.services import Postgres

FIRST_RELEASE: Fields = orjson.loads(Path(__file__).with_name("first_release.json").read_bytes())
CREDENTIALS: dict[str, str] = FIRST_RELEASE["credentials"]
ANSWERS: dict[str, Any] = FIRST_RELEASE["answers"]
LEAVES = [("orders", "0003_feedhead"), ("callers", "0001_initial")]
"""The last migrations of the first release."""


def in_a_file(folder: Path) -> Installation:
    """A SQLite file of the first release."""
    place = Installation({"VAR_DIR": str(folder)})
    _make_tables(place)
    with closing(sqlite3.connect(folder / "db.sqlite3")) as connection, connection:
        for statement, row in _inserts("?"):
            connection.execute(statement, [_for_sqlite(value) for value in row])
    return place


def restored_from_a_dump(server: Postgres) -> Installation:
    """A PostgreSQL database of the first release, restored into a new one from what pg_dump writes of it."""
    _make_tables(Installation({"DATABASE_URL": server.url}))
    with psycopg.connect(server.url, autocommit=True) as connection:
        for statement, row in _inserts("%s"):
            connection.execute(statement.encode(), row)
        connection.execute("CREATE DATABASE restored")
    login = ["-h", str(server.folder), "-U", "postgres", "-d"]
    dump = [server.bin("pg_dump"), *login, "postgres"]
    restore = [server.bin("psql"), *login, "restored", "-q", "-v", "ON_ERROR_STOP=1"]
    written = subprocess.run(dump, check=True, stdout=subprocess.PIPE, timeout=60).stdout
    subprocess.run(restore, check=True, input=written, stdout=subprocess.DEVNULL, timeout=60)
    return Installation({"DATABASE_URL": server.url.replace("/postgres?", "/restored?")})


def _make_tables(place: Installation) -> None:
    """The tables of the first release, empty even of the clock, whose row is among the others."""
    for app, leaf in LEAVES:
        place.manage("migrate", app, leaf, "-v", "0")


def _inserts(placeholder: str) -> list[tuple[str, list[Any]]]:
    """Statement and values of each row."""
    found: list[tuple[str, list[Any]]] = [("DELETE FROM orders_feedclock", [])]
    for table, rows in FIRST_RELEASE["tables"].items():
        for row in rows:
            values = ", ".join([placeholder] * len(row))
            statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})"  # noqa: S608 - names in our file
            found.append((statement, list(row.values())))
    return found


def _for_sqlite(value: Any) -> Any:
    """A value as Django writes it to SQLite; the file has it as pg_dump writes it."""
    if isinstance(value, str) and value.endswith("+00"):
        return str(datetime.fromisoformat(value).replace(tzinfo=None))
    if isinstance(value, str) and value.startswith("\\x"):
        return bytes.fromhex(value.removeprefix("\\x"))
    return value
