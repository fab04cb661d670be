"""DRF's filter seam: parameters declared with django-filter, read strictly or leniently.

A wire declares its parameters as a FilterSet: the OpenAPI document is made from it, and every request is
read by it. Fields are cleaned one by one, because building django-filter's form costs more than the page.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils import timezone
from django_filters import Filter
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework.request import Request

from callers.exceptions import BadParameters, ParameterError
from callers.times import format_time
from orders.feed import Question
from orders.models import FeedClock
from orders.parameters import (
    CLOCK_TOLERANCE,
    MOST_IDS,
    SHOWN_LENGTH,
    InstantField,
    OrderIdField,
    PageSizeField,
    Refused,
    WordField,
    nearest,
)

Values = dict[str, Any]
"""The parameters that were sent, by name, cleaned."""


MOST_SHOWN = 10
"""Unknown parameters that a refusal names: to tell of a thousand would cost more than any page."""


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


class LenientParameters(DjangoFilterBackend):
    """Unknown parameters mean nothing; a known one with a bad value, or sent twice, is refused.

    Raises BadParameters with all that is wrong, of unknown names with ten. Leaves the cleaned values in
    `view.parameters`.
    """

    def filter_queryset(self, request: Request, queryset: Question, view: Any) -> Question:
        declared = view.filterset_class.base_filters
        errors = [*self.unknown(request.query_params, declared)]
        view.parameters = _cleaned(request.query_params, declared, errors)
        errors += view.filterset_class.conflicts(view.parameters)
        if errors:
            raise BadParameters(errors)
        for name, value in view.parameters.items():
            queryset = declared[name].filter(queryset, value)
        return queryset

    def unknown(self, query: QueryDict, declared: dict[str, Filter]) -> Iterator[ParameterError]:
        return iter(())


class StrictParameters(LenientParameters):
    """An unknown or misspelt parameter is refused as well: it would otherwise silently mean nothing."""

    def unknown(self, query: QueryDict, declared: dict[str, Filter]) -> Iterator[ParameterError]:
        known = ", ".join(declared)
        for name in islice((name for name in query if name not in declared), MOST_SHOWN):
            shown = name if len(name) <= SHOWN_LENGTH else f"{name[:SHOWN_LENGTH]}..."
            yield ParameterError(
                shown, f"is not a parameter here; known are {known}", nearest(name, declared)
            )


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


def _cleaned(query: QueryDict, declared: dict[str, Filter], errors: list[ParameterError]) -> Values:
    values: Values = {}
    for name, filter_ in declared.items():
        texts = query.getlist(name)
        try:
            if texts:
                values[name] = _clean(filter_, texts)
            elif filter_.extra["required"]:
                raise Refused("is missing")
        except Refused as refused:
            errors.append(ParameterError(name, refused.detail, refused.suggestion))
    return values


def _clean(filter_: Filter, texts: list[str]) -> Any:
    if any(not text for text in texts):
        raise Refused("must not be empty; leave the parameter out instead")
    if not getattr(filter_, "repeatable", False):
        if len(texts) > 1:
            raise Refused("is repeated: send it once")
        return filter_.field.clean(texts[0])
    if len(texts) > MOST_IDS:
        raise Refused(f"must be given at most {MOST_IDS} times; ask for the others in another request")
    return list(dict.fromkeys(filter_.field.clean(text) for text in texts))
