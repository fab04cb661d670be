"""Kinds of parameters, for either wire: what a text may be, and what is said when it is not."""

import difflib
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms

from wire.times import BadTime, parse_time

MAX_PAGE_SIZE = 100
MAX_IDS = 10
CLOCK_TOLERANCE = timedelta(seconds=5)
MAX_SHOWN_LENGTH = 60
ORDER_ID = re.compile("[^\x00-\x1f\x7f]{1,100}")
"""What a published order id may be, so that each can be asked for; see orders.publishing.events."""


class Refused(forms.ValidationError):
    """A value that a field does not take, with the text that was probably meant."""

    def __init__(self, detail: str, suggestion: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.suggestion = suggestion


class TimeParameter(forms.Field):
    """An RFC 3339 time; see wire.times."""

    def clean(self, value: str) -> datetime:
        try:
            return parse_time(value)
        except BadTime as error:
            raise Refused(error.detail, error.suggestion) from None


class PageSizeParameter(forms.Field):
    """A whole number from 1 to 100."""

    def clean(self, value: str) -> int:
        number = int(value) if value.isascii() and value.isdigit() and len(value) <= MAX_SHOWN_LENGTH else 0
        if not 1 <= number <= MAX_PAGE_SIZE:
            raise Refused(
                f"must be a whole number from 1 to {MAX_PAGE_SIZE}", str(MAX_PAGE_SIZE) if number else None
            )
        return number


class WordParameter(forms.Field):
    """One of a few words, written exactly so."""

    def __init__(self, *, choices: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = choices

    def clean(self, value: str) -> str:
        if value not in self.words:
            raise Refused(f"must be one of {', '.join(self.words)}", nearest(value.upper(), self.words))
        return value


class OrderIdParameter(forms.Field):
    """An order id: 1 to 100 characters, none of them a control character."""

    def clean(self, value: str) -> str:
        if not ORDER_ID.fullmatch(value):
            raise Refused("must be 1 to 100 characters, and no control character")
        return value


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if any is near."""
    by_lower_case = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word[:MAX_SHOWN_LENGTH].lower(), by_lower_case, n=1)
    return by_lower_case[found[0]] if found else None
