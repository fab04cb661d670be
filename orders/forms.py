"""What pages are made of: the columns that are read for each form, and the items made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from django.db.models import Case, F, Func, IntegerField, Q, TextField, When

from orders import fragments
from orders.models import SalesOrderQuerySet
from stores.raw import execute_raw
from wire.times import TIME_LENGTH

MAX_PAGE_BYTES = 8 * 1024 * 1024
"""Of stored documents in UTF-8. A page ends before it gets heavier, but has one order at least."""
MAX_LIGHT_BYTES = MAX_PAGE_BYTES // 100
"""An order up to here is read without being weighed: a full page of such orders is not too heavy."""

_UPDATED_TIME = b'"updatedTime":"'


class Form(Enum):
    """What a page is made of: the stored JSON as bytes, the same compressed (orders.fragments), or rows."""

    TEXT = "text"
    GZIP = "gzip"
    ROWS = "rows"


@dataclass(frozen=True)
class Row:
    """An order, and its stored JSON."""

    updated_time: datetime
    channel_id: str
    order_id: str
    document: str


GAP = {Form.TEXT: "''", Form.GZIP: "NULL, ''", Form.ROWS: "updated_time, '', '', ''"}
"""The columns of the last row of a page that has a gap before it: no order has an empty document or id."""


class OctetLength(Func):
    """The bytes of a text in UTF-8. PostgreSQL need not read a text for it."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """OCTET_LENGTH came to SQLite with 3.43."""
        return self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context)


def updated_time(document: bytes) -> str:
    """The order's `updatedTime` in a stored document.

    The first match is the order's own: quotes inside values are escaped.
    """
    start = document.index(_UPDATED_TIME) + len(_UPDATED_TIME)
    return document[start : start + TIME_LENGTH].decode()


def items(cursor: Any, sql: str, parameters: Sequence[Any], form: Form) -> list[Any]:
    """The items that SQL with COLUMNS of this form finds; None in place of an order that is not light."""
    if form is Form.TEXT:
        return execute_raw(cursor, sql, parameters)[0]
    if form is Form.GZIP:
        stored, documents = execute_raw(cursor, sql, parameters, columns=2)
        return list(map(_fragment, stored, documents)) if None in stored else stored
    cursor.execute(sql, parameters)
    return [row(*columns) for columns in cursor.fetchall()]


def is_gap(item: Any) -> bool:
    """Whether this is no order, but tells that a change was forgotten."""
    return item == b"" or (isinstance(item, Row) and not item.order_id)


def items_of(rows: list[Row], form: Form) -> list[Any]:
    """The items of a form, made of rows."""
    if form is Form.ROWS:
        return rows
    documents = [row.document.encode() for row in rows]
    return documents if form is Form.TEXT else [_fragment(None, document) for document in documents]


def _texts(orders: SalesOrderQuerySet) -> Any:
    return orders.alias(bytes=OctetLength("document")).values_list(_light_document())


def _fragments(orders: SalesOrderQuerySet) -> Any:
    """The fragment where it is the document's, else the document.

    A publisher of the first release writes the document and its time alone: the fragment is an older order.
    """
    good = Q(fragment_time=F("updated_time"))
    fragment = Case(When(_light() & good, then="fragment"))
    document = Case(When(good, then=None), default=_light_document())
    return orders.alias(bytes=OctetLength("document")).values_list(fragment, document)


def _rows(orders: SalesOrderQuerySet) -> Any:
    columns = ("updated_time", "channel_id", "order_id")
    return orders.alias(bytes=OctetLength("document")).values_list(*columns, _light_document())


def _light() -> Q:
    return Q(bytes__lte=MAX_LIGHT_BYTES)


def _light_document() -> Case:
    """The document, or null where it is not light."""
    return Case(When(_light(), then="document"), output_field=TextField())


COLUMNS = {Form.TEXT: _texts, Form.GZIP: _fragments, Form.ROWS: _rows}


def _fragment(fragment: bytes | None, document: bytes | None) -> bytes | None:
    """The stored fragment, or one that is made now; None where the order is to be weighed first."""
    if fragment is None and document:
        return fragments.make(document, updated_time(document))
    return document if fragment is None else fragment


def row(time: datetime | str, channel_id: str, order_id: str, document: str | None) -> Row | None:
    """The item of columns of ROWS; None for an order that is not light.

    SQLite knows no times, and its driver hands out the text that is stored, which is in UTC.
    """
    if document is None:
        return None
    aware = (
        datetime.fromisoformat(time).replace(tzinfo=UTC) if isinstance(time, str) else time.astimezone(UTC)
    )
    return Row(aware, channel_id, order_id, document)
