"""What a driver has received, before it makes Python objects of it."""

from typing import Any


def raw_column(cursor: Any, column: int = 0) -> list[bytes | None]:
    """A column of the result that `cursor`, Django's, has at hand, as bytes: a text in UTF-8.

    psycopg has all rows in memory by then, and hands out a text without decoding it. SQLite decodes.
    """
    result = getattr(cursor.cursor, "pgresult", None)
    if result is None:
        texts = (row[column] for row in cursor.fetchall())
        return [text.encode() if isinstance(text, str) else text for text in texts]
    return [result.get_value(row, column) for row in range(result.ntuples)]
