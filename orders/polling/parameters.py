"""Parameters as wires declare them, by django-filter: what each does to a question, what must fit together.

The OpenAPI document is made from these declarations; orders.polling.reading reads every request by them.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils import timezone
from django_filters import Filter
from django_filters.rest_framework import FilterSet

from orders.feed import Question
from orders.models import FeedClock
from orders.polling.fields import (
    CLOCK_TOLERANCE,
    InstantField,
    OrderIdField,
    PageSizeField,
    WordField,
)
from wire.refusals import ParameterError
from wire.times import format_time

Values = dict[str, Any]
"""The parameters that were sent, by name, cleaned."""


class Condition(Filter):
    """A parameter that narrows the question by the QuerySet method `method_name`."""

    method_name: str

    def filter(self, question: Question, value: Any) -> Question:
        return question.where(self.method_name, value)


class SinceFilter(Condition):
    field_class = InstantField
    method_name = "updated_after"


class UntilFilter(Condition):
    field_class = InstantField
    method_name = "updated_until"


class StatusFilter(Condition):
    """`orderStatus`, as v3 means it."""

    field_class = WordField
    method_name = "with_status"


class V2StatusFilter(StatusFilter):
    """`orderStatus`, as v2 means it."""

    method_name = "with_v2_status"


class OrderIdsFilter(Condition):
    """1 to 10 ids, by repeating the parameter."""

    field_class = OrderIdField
    method_name = "named"
    repeatable = True


class PageSizeFilter(Filter):
    """How many of the orders one page takes; the page itself cuts them."""

    field_class = PageSizeField

    def filter(self, question: Question, value: int) -> Question:
        return question


class Parameters(FilterSet):
    """What a wire's parameters have in common: checks between them, overridden where there are some."""

    @classmethod
    def conflicts(cls, values: Values) -> Iterator[ParameterError]:
        return iter(())


class OrderIdsParameters(Parameters):
    """The parameter of the id endpoints."""

    id = OrderIdsFilter(required=True, help_text="An order id; repeat it for up to 10 orders.")


class WindowParameters(Parameters):
    """A window (since, until]; a wire with other names for its ends says so in `since_names`."""

    since_names: ClassVar[tuple[str, ...]] = ("updatedSince",)

    @classmethod
    def conflicts(cls, values: Values) -> Iterator[ParameterError]:
        sent = [name for name in cls.since_names if name in values]
        if len(sent) > 1:
            yield ParameterError(sent[1], f"means the same as {sent[0]}: send one of them")
        until = values.get("updatedUntil")
        if sent and until and values[sent[0]] > until:
            yield ParameterError(sent[0], "is after updatedUntil: the window is empty for ever")


def ahead_of_the_feed(values: Values) -> Iterator[ParameterError]:
    """Times that a wrong clock must have made: ahead of our clock and of the newest change.

    One query, and only for a time that is ahead of our clock.
    """
    latest = timezone.now() + CLOCK_TOLERANCE
    for name in ("updatedSince", "updatedUntil"):
        time = values.get(name)
        if time and time > latest and time > FeedClock.newest() + CLOCK_TOLERANCE:
            now = format_time(timezone.now())
            yield ParameterError(name, f"is in the future: it is {now} here. Is your clock right?", now)
