"""The feed in pages: a poll, a subscription and a batch ask for it in the same way (contract, section 4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Generic, Literal, TypeVar, overload

from django.conf import settings
from django.db import connections
from django.db.models import Case, F, Func, IntegerField, Q, TextField, When

from orders import fragments
from orders.models import SalesOrderQuerySet
from orders.question import Question, statement
from stores.raw import execute_raw
from wire.times import TIME_LENGTH

MAX_PAGE_BYTES = 8 * 1024 * 1024
"""Of stored documents in UTF-8. A page ends before it gets heavier, but has one order at least."""
MAX_LIGHT_BYTES = MAX_PAGE_BYTES // 100
"""An order up to here is read without being weighed: a full page of such orders is not too heavy."""

_UPDATED_TIME = b'"updatedTime":"'

Item = TypeVar("Item")


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


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Orders by ascending `updatedTime`; whether more of them were there when it was read."""

    items: list[Item]
    has_more: bool
    form: Form = Form.TEXT


class OctetLength(Func):
    """The bytes of a text in UTF-8. PostgreSQL need not read a text for it."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """OCTET_LENGTH came to SQLite with 3.43."""
        return self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context)


@overload
def page(question: Question, size: int, form: Literal[Form.TEXT, Form.GZIP] = Form.TEXT) -> Page[bytes]: ...
@overload
def page(question: Question, size: int, form: Literal[Form.ROWS]) -> Page[Row]: ...
def page(question: Question, size: int, form: Form = Form.TEXT) -> Page[Any]:
    """Up to `size` orders and 8 MiB. One query; three where an order on the page is over a hundredth of that.

    One row more than asked tells whether there are more.
    """
    items = _read(question, size + 1, form)
    if None in items:
        return _weighed_page(question, size, form)
    return Page(items[:size], len(items) > size, form)


def updated_time(document: bytes) -> str:
    """The order's `updatedTime` in a stored document.

    The first match is the order's own: quotes inside values are escaped.
    """
    start = document.index(_UPDATED_TIME) + len(_UPDATED_TIME)
    return document[start : start + TIME_LENGTH].decode()


def _read(question: Question, limit: int, form: Form) -> list[Any]:
    """The items of a page; None in place of an order that is to be weighed first."""
    database = settings.FEED_DATABASE
    sql, parameters = statement(question, _COLUMNS[form], limit, database)
    with connections[database].cursor() as cursor:
        if form is Form.TEXT:
            return execute_raw(cursor, sql, parameters)[0]
        if form is Form.GZIP:
            stored, documents = execute_raw(cursor, sql, parameters, columns=2)
            return list(map(_fragment, stored, documents)) if None in stored else stored
        cursor.execute(sql, parameters)
        return [_row(*columns) for columns in cursor.fetchall()]


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


_COLUMNS = {Form.TEXT: _texts, Form.GZIP: _fragments, Form.ROWS: _rows}


def _fragment(fragment: bytes | None, document: bytes | None) -> bytes | None:
    """The stored fragment, or one that is made now; None where the order is to be weighed first."""
    if fragment is None and document is not None:
        return fragments.make(document, updated_time(document))
    return fragment


def _row(time: datetime | str, channel_id: str, order_id: str, document: str | None) -> Row | None:
    """SQLite knows no times, and its driver hands out the text that is stored, which is in UTC."""
    if document is None:
        return None
    aware = (
        datetime.fromisoformat(time).replace(tzinfo=UTC) if isinstance(time, str) else time.astimezone(UTC)
    )
    return Row(aware, channel_id, order_id, document)


def _weighed_page(question: Question, size: int, form: Form) -> Page[Any]:
    """A page of which it is known what it weighs before it is read.

    An order that moves meanwhile is left out: it comes at its new time. If that was all, we look again.
    """
    orders = question.orders(settings.FEED_DATABASE)
    while weights := list(orders.values_list("updated_time", OctetLength("document"))[: size + 1]):
        times = list(_fitting(weights[:size]))
        found = orders.filter(updated_time__in=times)
        rows = [
            Row(*columns)
            for columns in found.values_list("updated_time", "channel_id", "order_id", "document")
        ]
        if rows:
            return Page(_in_form(rows, form), len(times) < len(weights), form)
    return Page([], False, form)


def _in_form(rows: list[Row], form: Form) -> list[Any]:
    if form is Form.ROWS:
        return rows
    documents = [row.document.encode() for row in rows]
    return documents if form is Form.TEXT else [_fragment(None, document) for document in documents]


def _fitting(weights: list[tuple[datetime, int]]) -> Iterator[datetime]:
    """The times of the first orders that fit a page, one at least."""
    total = 0
    for number, (time, weight) in enumerate(weights):
        total += weight
        if number and total > MAX_PAGE_BYTES:
            return
        yield time
