"""What a page weighs, found out before it is read (contract, section 4)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Func, IntegerField, Q

from orders.models import SalesOrderQuerySet

MAX_PAGE_BYTES = 8 * 1024 * 1024
"""Of stored documents in UTF-8. A page ends before it gets heavier, but has one order at least."""
MAX_LIGHT_BYTES = MAX_PAGE_BYTES // 100
"""An order up to here is read without being weighed: a full page of such orders is not too heavy."""


class OctetLength(Func):
    """The bytes of a text in UTF-8. PostgreSQL need not read a text for it."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """OCTET_LENGTH came to SQLite with 3.43."""
        return self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context)


def with_weight(orders: SalesOrderQuerySet) -> SalesOrderQuerySet:
    """The same orders, for `is_light` to be asked of them."""
    return orders.alias(bytes=OctetLength("document"))


def is_light() -> Q:
    """Whether an order may be read without being weighed."""
    return Q(bytes__lte=MAX_LIGHT_BYTES)


def read_weighed(orders: SalesOrderQuerySet, size: int, *columns: str) -> tuple[list[tuple[Any, ...]], bool]:
    """The columns of the first orders that fit a page, and whether there are more. Two queries.

    An order that moves meanwhile is left out: it comes at its new time. If that was all, we look again.
    """
    while weights := list(orders.values_list("updated_time", OctetLength("document"))[: size + 1]):
        times = list(_fitting(weights[:size]))
        rows = list(orders.filter(updated_time__in=times).values_list(*columns))
        if rows:
            return rows, len(times) < len(weights)
    return [], False


def _fitting(weights: list[tuple[datetime, int]]) -> Iterator[datetime]:
    """The times of the first orders that fit a page, one at least."""
    total = 0
    for number, (time, weight) in enumerate(weights):
        total += weight
        if number and total > MAX_PAGE_BYTES:
            return
        yield time
