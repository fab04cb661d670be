"""Parameters as wires declare them, by django-filter: what each fills in a question, what must fit together.

The OpenAPI document is made from these declarations; orders.polling.reading reads every request by them.
django-filter filters nothing here: the question does.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.utils import timezone
from django_filters import Filter
from django_filters.rest_framework import FilterSet

from orders.models import FeedClock
from orders.polling.fields import (
    CLOCK_TOLERANCE,
    OrderIdParameter,
    PageSizeParameter,
    TimeParameter,
    WordParameter,
)
from wire.refusals import ParameterError
from wire.times import format_time

Values = dict[str, Any]
"""The parameters that were sent, by name, cleaned."""


class Parameter(Filter):
    """A parameter that fills the field `fills` of Question, or says the `size` of a page."""

    fills: str

    def filled(self, value: Any) -> Any:
        """What the field gets for the cleaned value of the parameter."""
        return value


class SinceParameter(Parameter):
    field_class = TimeParameter
    fills = "since"


class UntilParameter(Parameter):
    field_class = TimeParameter
    fills = "until"


class StatusParameter(Parameter):
    """Orders filed under a status; `column` is the one that the wire files by."""

    field_class = WordParameter
    fills = "filed"
    column = "order_status"

    def filled(self, value: str) -> tuple[str, str]:
        return self.column, value


class OrderIdsParameter(Parameter):
    """1 to 10 ids, by repeating the parameter."""

    field_class = OrderIdParameter
    fills = "ids"
    repeatable = True

    def filled(self, value: list[str]) -> tuple[str, ...]:
        return tuple(value)


class PageSizeOfFeed(Parameter):
    """How many orders a page holds at most."""

    field_class = PageSizeParameter
    fills = "size"


class Parameters(FilterSet):
    """What a wire's parameters have in common: checks between them, overridden where there are some."""

    @classmethod
    def conflicts(cls, values: Values) -> Iterator[ParameterError]:
        return iter(())


class OrderIdsParameters(Parameters):
    """The parameter of the id endpoints."""

    id = OrderIdsParameter(required=True, help_text="An order id; repeat it for up to 10 orders.")


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
