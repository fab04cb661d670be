"""The one question of the feed, and its SQL: compiled once for each shape of it.

The ORM takes longer to build and compile a page's query than PostgreSQL to answer it, so its text is kept; a
constant text is also what makes psycopg prepare the statement. docs/performance.md has the figures.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Self

from django.db import connections

from callers.models import Scope
from orders.models import Forgotten, SalesOrder, SalesOrderQuerySet

MARKS = Forgotten._meta.db_table
Build = Callable[[SalesOrderQuerySet], Any]
"""Turns the orders asked for into the query of what is wanted of them: its columns, and how many rows."""


@dataclass(frozen=True)
class Question:
    """The orders of a scope that changed later than `since`, up to and including `until`.

    `filed` is a column that orders are filed under, with the value asked for; `ids` are order ids. What is
    None or empty narrows nothing. With `tells_gap` and a `since` the answer says whether a change later than
    `since` was forgotten.
    """

    scope: Scope
    since: datetime | None = None
    until: datetime | None = None
    filed: tuple[str, str] | None = None
    ids: tuple[str, ...] = ()
    tells_gap: bool = False

    def orders(self, database: str) -> SalesOrderQuerySet:
        """The orders asked for, oldest change first. A field of ours must reach the SQL as it is."""
        orders = SalesOrder.objects.using(database).visible_to(self.scope)
        if self.since:
            orders = orders.updated_after(self.since)
        if self.until:
            orders = orders.updated_until(self.until)
        if self.filed:
            orders = orders.filed_under(*self.filed)
        if self.ids:
            orders = orders.named(self.ids)
        return orders.in_feed_order()

    def values(self) -> list[Any]:
        """The values asked for, in the order of the fields."""
        filed = self.filed and self.filed[1]
        return [value for value in (self.scope.identifier, self.since, self.until, filed, *self.ids) if value]

    def stand_in(self) -> Self:
        """A question of the same shape, whose every value is a mark that is found again in the SQL."""
        return replace(
            self,
            scope=Scope(self.scope.kind, "?scope"),
            since=self.since and datetime(1, 1, 1, 1, tzinfo=UTC),
            until=self.until and datetime(1, 1, 1, 2, tzinfo=UTC),
            filed=self.filed and (self.filed[0], "?filed"),
            ids=tuple(f"?id{number}" for number in range(len(self.ids))),
        )


class Miscompiled(Exception):
    """A QuerySet method does something with a value that a kept SQL text cannot do for the next value."""


@dataclass(frozen=True)
class Statement:
    """SQL with a placeholder for each of `parameters`: the index of a value asked for, or a constant."""

    sql: str
    parameters: tuple[tuple[int | None, Any], ...]

    def bind(self, values: list[Any]) -> list[Any]:
        """The parameters for a question with these values."""
        return [constant if index is None else values[index] for index, constant in self.parameters]


def statement(question: Question, build: Build, limit: int | None, database: str) -> tuple[str, list[Any]]:
    """The SQL that answers `question` by at most `limit` rows of `build`, and its parameters."""
    adapt = connections[database].ops.adapt_datetimefield_value
    values = [adapt(value) if isinstance(value, datetime) else value for value in question.values()]
    compiled = _compile(question.stand_in(), build, limit, database)
    return compiled.sql, compiled.bind(values)


def with_gap(question: Question, sql: str, columns: str, database: str) -> tuple[str, list[Any]]:
    """The statement and, after its rows, one of `columns` if there is a gap; with the parameters of that.

    One statement sees one moment: if a row was removed before it, it sees the mark that was moved with that,
    on a late replica too. The rows keep their order: both databases append the parts of UNION ALL one after
    the other, and PostgreSQL makes no part with a LIMIT in parallel.
    """
    since = connections[database].ops.adapt_datetimefield_value(question.since)
    mark = f"SELECT {columns} FROM {MARKS} WHERE kind = %s AND identifier = %s AND updated_time > %s"  # noqa: S608 - constants
    scope = question.scope
    return f"SELECT * FROM ({sql}) AS found UNION ALL {mark}", [scope.kind, scope.identifier, since]  # noqa: S608 - compiled by Django


@lru_cache(maxsize=1000)
def _compile(stand_in: Question, build: Build, limit: int | None, database: str) -> Statement:
    """Raises Miscompiled when a mark is missing, or a placeholder has no parameter."""
    adapt = connections[database].ops.adapt_datetimefield_value
    marks = [adapt(mark) if isinstance(mark, datetime) else mark for mark in stand_in.values()]
    query = build(stand_in.orders(database))[:limit].query
    sql, parameters = query.get_compiler(database).as_sql()
    if missing := [mark for mark in marks if mark not in parameters]:
        raise Miscompiled(
            f"{', '.join(map(repr, missing))} of {stand_in} is not a parameter of its SQL: a QuerySet method"
            " must pass the value on as it is, for the text is kept and used for other values."
        )
    if sql.replace("%%", "").count("%s") != len(parameters):
        raise Miscompiled(f"Not one placeholder for each of {parameters} in {sql}")
    found = ((marks.index(value), None) if value in marks else (None, value) for value in parameters)
    return Statement(sql, tuple(found))
