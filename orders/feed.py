"""The feed in pages: a poll, a subscription and a batch ask for it in the same way (contract, section 4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, Literal, TypeVar, overload

from django.conf import settings
from django.db import connections

from orders import forms
from orders.forms import Form, OctetLength, Row
from orders.models import Forgotten
from orders.question import Question, statement, with_gap

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Orders by ascending `updatedTime`; whether more of them were there when it was read.

    With `has_gap` a change later than the `since` of the question was forgotten, and may be missing.
    """

    items: list[Item]
    has_more: bool
    form: Form = Form.TEXT
    has_gap: bool = False


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
    items, has_gap = _without_gap(_read(question, size + 1, form, source))
    if None in items:
        return _weighed_page(question, size, form, source)
    return Page(items[:size], len(items) > size, form, has_gap)


def pages(questions: Sequence[Question], size: int, database: str) -> list[Page[Row]]:
    """The page of rows of each of several questions: one query, and those of `page` for heavy orders."""
    texts, values = [], list[Any]()
    for number, question in enumerate(questions):
        sql, parameters = _statement(question, size + 1, Form.ROWS, database)
        texts.append(f"SELECT {number}, found.* FROM ({sql}) AS found")  # noqa: S608 - compiled by Django
        values += parameters
    found: list[list[Any]] = [[] for _ in questions]
    with connections[database].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(texts), values)
        for number, *columns in cursor.fetchall():
            found[number].append(forms.row(*columns))
    return [_of_rows(rows, question, size, database) for rows, question in zip(found, questions, strict=True)]


def _of_rows(found: list[Any], question: Question, size: int, database: str) -> Page[Row]:
    rows, has_gap = _without_gap(found)
    if None in rows:
        return _weighed_page(question, size, Form.ROWS, database)
    rows.sort(key=attrgetter("updated_time"))
    return Page(rows[:size], len(rows) > size, Form.ROWS, has_gap)


def _without_gap(items: list[Any]) -> tuple[list[Any], bool]:
    """The orders, and whether there was a gap before them."""
    if items and forms.is_gap(items[-1]):
        return items[:-1], True
    return items, False


def _statement(question: Question, limit: int, form: Form, database: str) -> tuple[str, list[Any]]:
    """The SQL of a page, and its parameters."""
    sql, parameters = statement(question, forms.COLUMNS[form], limit, database)
    if not question.tells_gap or question.since is None:
        return sql, parameters
    sql, more = with_gap(question, sql, forms.GAP[form], database)
    return sql, [*parameters, *more]


def _read(question: Question, limit: int, form: Form, database: str) -> list[Any]:
    """The items of a page; None in place of an order that is to be weighed first."""
    sql, parameters = _statement(question, limit, form, database)
    with connections[database].cursor() as cursor:
        return forms.items(cursor, sql, parameters, form)


def _weighed_page(question: Question, size: int, form: Form, database: str) -> Page[Any]:
    """A page of which it is known what it weighs before it is read.

    An order that moves meanwhile is left out: it comes at its new time. If that was all, we look again.
    """
    orders = question.orders(database)
    while weights := list(orders.values_list("updated_time", OctetLength("document"))[: size + 1]):
        times = list(_fitting(weights[:size]))
        found = orders.filter(updated_time__in=times)
        rows = [
            Row(*columns)
            for columns in found.values_list("updated_time", "channel_id", "order_id", "document")
        ]
        if rows:
            has_gap = _has_gap(question, database)
            return Page(forms.items_of(rows, form), len(times) < len(weights), form, has_gap)
    return Page([], False, form, _has_gap(question, database))


def _has_gap(question: Question, database: str) -> bool:
    """Asked after the orders were read, since marks are there as soon as orders are gone."""
    if not question.tells_gap or question.since is None:
        return False
    marks = Forgotten.objects.using(database).of(question.scope)
    return marks.filter(updated_time__gt=question.since).exists()


def _fitting(weights: list[tuple[datetime, int]]) -> Iterator[datetime]:
    """The times of the first orders that fit a page, one at least."""
    total = 0
    for number, (time, weight) in enumerate(weights):
        total += weight
        if number and total > forms.MAX_PAGE_BYTES:
            return
        yield time
