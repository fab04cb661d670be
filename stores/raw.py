"""What a driver has received, before it makes Python objects of it."""

from collections.abc import Sequence
from typing import Any

import psycopg

Column = list[bytes | None]


def execute_raw(cursor: Any, sql: str, parameters: Sequence[Any], columns: int = 1) -> list[Column]:
    """Execute on `cursor`, Django's, and return the columns of the result as bytes: a text in UTF-8.

    psycopg has all rows in memory by then, and hands out a text without decoding it. It asks for them in
    binary, because PostgreSQL would make hexadecimal digits of bytes otherwise. SQLite decodes texts.
    """
    driver: Any = cursor.cursor
    if not hasattr(driver, "pgresult"):
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
        return [[_encoded(row[column]) for row in rows] for column in range(columns)]
    driver.format = psycopg.pq.Format.BINARY
    cursor.execute(sql, parameters)
    result = driver.pgresult
    return [[result.get_value(row, column) for row in range(result.ntuples)] for column in range(columns)]


def _encoded(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
