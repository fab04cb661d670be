"""The feed as pages ask it: QuerySet methods, compiled to SQL once for each shape of question.

The ORM takes longer to build and compile a page's query than PostgreSQL to answer it, so its text is
kept; a constant text is also what makes psycopg prepare the statement. docs/performance.md has the figures.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connections

from callers.models import Scope
from orders.models import SalesOrder
from wire.times import EARLIEST

Condition = tuple[str, Any]
"""A method of SalesOrderQuerySet, and its one argument."""

Shape = tuple[str, int]
"""A method of SalesOrderQuerySet, and how many values its argument has; -1: it is a single one."""


@dataclass(frozen=True)
class Question:
    """Which orders of a scope are asked for. `where` narrows it; nothing is read before `rows`."""

    scope: Scope
    conditions: tuple[Condition, ...] = ()

    def where(self, method: str, value: Any) -> "Question":
        """Narrowed by a method of SalesOrderQuerySet."""
        return Question(self.scope, (*self.conditions, (method, value)))

    @property
    def since(self) -> datetime:
        """The instant that all orders asked for are later than."""
        return next((value for method, value in self.conditions if method == "updated_after"), EARLIEST)

    def rows(self, *columns: str, limit: int | None = None) -> list[tuple[Any, ...]]:
        """These columns of the first `limit` orders, oldest change first. One query."""
        connection = connections[settings.FEED_DATABASE]
        values: list[Any] = [self.scope.identifier]
        shape: list[Shape] = []
        for method, value in self.conditions:
            several = isinstance(value, list)
            shape.append((method, len(value) if several else -1))
            values += value if several else [value]
        sql = _sql(connection.vendor, self.scope.kind, tuple(shape), columns, limit)
        adapt = connection.ops.adapt_datetimefield_value
        with connection.cursor() as cursor:
            cursor.execute(sql, [adapt(value) if isinstance(value, datetime) else value for value in values])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@lru_cache(maxsize=1000)
def _sql(
    vendor: str, kind: str, shape: tuple[Shape, ...], columns: tuple[str, ...], limit: int | None
) -> str:
    """The SQL of a shape of question: a placeholder for each value, in the order of the conditions."""
    queryset = SalesOrder.objects.using(settings.FEED_DATABASE).visible_to(Scope(kind, ""))
    for method, count in shape:
        stand_in: Any = EARLIEST if method.startswith("updated_") else "?"
        several = [str(index) for index in range(count)]
        queryset = getattr(queryset, method)(stand_in if count < 0 else several)
    found = queryset.in_feed_order().values_list(*columns)[:limit]
    sql, _ = found.query.get_compiler(settings.FEED_DATABASE).as_sql()
    return str(sql)
