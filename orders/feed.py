"""The feed in pages: a poll, a subscription and a batch ask for it in the same way (contract, section 4)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Generic, Literal, TypeVar, overload

from django.conf import settings
from django.db import connections
from django.db.models import Case, F, Q, TextField, When

from orders import fragments
from orders.models import SalesOrderQuerySet
from orders.question import Question, statement
from orders.weighing import is_light, read_weighed, with_weight
from stores.raw import execute_raw
from wire.times import TIME_LENGTH

ROW = ("updated_time", "channel_id", "order_id", "document")
"""The columns of Row."""

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


@overload
def page(
    question: Question,
    size: int,
    form: Literal[Form.TEXT, Form.GZIP] = Form.TEXT,
    database: str | None = None,
) -> Page[bytes]: ...
@overload
def page(
    question: Question, size: int, form: Literal[Form.ROWS], database: str | None = None
) -> Page[Row]: ...
def page(question: Question, size: int, form: Form = Form.TEXT, database: str | None = None) -> Page[Any]:
    """Up to `size` orders, 100 at most, and 8 MiB, from the database that answers polls or from another.

    One query; three where an order on the page is over a hundredth of 8 MiB. One row more than asked tells
    whether there are more.
    """
    source = database or settings.FEED_DATABASE
    items = _read(question, size + 1, form, source)
    if None not in items:
        return Page(items[:size], len(items) > size, form)
    rows, has_more = read_weighed(question.orders(source), size, *ROW)
    return Page([_in_form(Row(*row), form) for row in rows], has_more, form)


def updated_time(document: bytes) -> str:
    """The order's `updatedTime` in a stored document.

    The first match is the order's own: quotes inside values are escaped.
    """
    start = document.index(_UPDATED_TIME) + len(_UPDATED_TIME)
    return document[start : start + TIME_LENGTH].decode()


def _read(question: Question, limit: int, form: Form, database: str) -> list[Any]:
    """The items of a page; None in place of an order that is to be weighed first."""
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
    return with_weight(orders).values_list(_light_document())


def _fragments(orders: SalesOrderQuerySet) -> Any:
    """The fragment where it is the document's, else the document.

    A publisher of the first release writes the document and its time alone: the fragment is an older order.
    """
    good = Q(fragment_time=F("updated_time"))
    fragment = Case(When(is_light() & good, then="fragment"))
    document = Case(When(good, then=None), default=_light_document())
    return with_weight(orders).values_list(fragment, document)


def _rows(orders: SalesOrderQuerySet) -> Any:
    return with_weight(orders).values_list(*ROW[:-1], _light_document())


def _light_document() -> Case:
    """The document, or null where it is not light."""
    return Case(When(is_light(), then="document"), output_field=TextField())


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


def _in_form(row: Row, form: Form) -> Row | bytes:
    if form is Form.ROWS:
        return row
    document = row.document.encode()
    return document if form is Form.TEXT else fragments.make(document, updated_time(document))
