"""Parameters as versions declare them: what each may be, what it fills in a question, what must fit together.

django-filter carries the declarations and filters nothing: orders.polling.reading reads requests by them.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django_filters import Filter
from django_filters.rest_framework import FilterSet

from wire.refusals import MAX_SHOWN_LENGTH, ParameterError, nearest
from wire.times import BadTime, parse_time

MAX_PAGE_SIZE = 100
MAX_IDS = 10
ORDER_ID = re.compile("[^\x00-\x1f\x7f]{1,100}")
"""What a published order id may be, so that each can be asked for; see orders.publishing.events."""

Values = dict[str, Any]
"""The parameters that were sent, by name, cleaned."""


class Refused(ValueError):
    """A text that a parameter does not take, with the text that was probably meant."""

    def __init__(self, detail: str, suggestion: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.suggestion = suggestion


class Parameter(Filter):
    """A parameter that fills the field `fills` of Question, or says the `size` of a page."""

    fills: str
    repeatable = False

    def clean(self, text: str) -> Any:
        """The value of a text. Raises Refused."""
        raise NotImplementedError

    def filled(self, value: Any) -> Any:
        """What the field gets for the cleaned value, a list where the parameter is repeatable."""
        return value


class TimeParameter(Parameter):
    """An RFC 3339 time; see wire.times."""

    def clean(self, text: str) -> datetime:
        try:
            return parse_time(text)
        except BadTime as error:
            raise Refused(error.detail, error.suggestion) from None


class SinceParameter(TimeParameter):
    fills = "since"


class UntilParameter(TimeParameter):
    fills = "until"


class StatusParameter(Parameter):
    """Orders filed under one of the words `choices`, written exactly so, in the column of the version.

    `elsewhere` are words that mean something in another place, with where that is.
    """

    fills = "filed"
    column = "order_status"

    def __init__(self, *, choices: list[str], elsewhere: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words, self.elsewhere = choices, elsewhere

    def clean(self, text: str) -> str:
        if text in self.words:
            return text
        elsewhere = f"; {text} is {self.elsewhere[text]}" if text in self.elsewhere else ""
        meant = None if elsewhere else nearest(text.upper(), self.words)
        raise Refused(f"must be one of {', '.join(self.words)}{elsewhere}", meant)

    def filled(self, value: str) -> tuple[str, str]:
        return self.column, value


class OrderIdsParameter(Parameter):
    """1 to 10 ids of 1 to 100 characters, none of them a control character, by repeating the parameter."""

    fills = "ids"
    repeatable = True

    def clean(self, text: str) -> str:
        if not ORDER_ID.fullmatch(text):
            raise Refused("must be 1 to 100 characters, and no control character")
        return text

    def filled(self, value: list[str]) -> tuple[str, ...]:
        return tuple(value)


class PageSizeParameter(Parameter):
    """How many orders a page holds at most: 1 to 100."""

    fills = "size"

    def clean(self, text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_SHOWN_LENGTH else 0
        if not 1 <= number <= MAX_PAGE_SIZE:
            meant = str(MAX_PAGE_SIZE) if number else None
            raise Refused(f"must be a whole number from 1 to {MAX_PAGE_SIZE}", meant)
        return number


class Parameters(FilterSet):
    """What the parameters of all versions have in common."""

    instead: ClassVar[dict[str, tuple[str, str]]] = {}
    """Names that callers try and that are no parameters: why, and what to use."""

    @classmethod
    def conflicts(cls, values: Values) -> Iterator[ParameterError]:
        """What is wrong between parameters that are each right."""
        return iter(())


class OrderIdsParameters(Parameters):
    """The parameter of the id endpoints."""

    id = OrderIdsParameter(required=True, help_text="An order id; repeat it for up to 10 orders.")


class WindowParameters(Parameters):
    """A window (since, until]; a version with other names for its ends says so in `since_names`."""

    since_names: ClassVar[tuple[str, ...]] = ("updatedSince",)

    @classmethod
    def conflicts(cls, values: Values) -> Iterator[ParameterError]:
        sent = [name for name in cls.since_names if name in values]
        if len(sent) > 1:
            yield ParameterError(sent[1], f"means the same as {sent[0]}: send one of them")
        until = values.get("updatedUntil")
        if sent and until and values[sent[0]] > until:
            yield ParameterError(sent[0], "is after updatedUntil: the window is empty for ever")
