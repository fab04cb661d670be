"""Errors that are the caller's; wire.problem gives each the shape of its wire.

A room with a refusal of its own subclasses Refusal, so that wire.problem needs to know no room.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rest_framework.exceptions import APIException

MAX_SHOWN_LENGTH = 60
"""Of a name that a caller sent, when it is repeated in a refusal."""


@dataclass(frozen=True)
class ParameterError:
    """What is wrong with one parameter or field, and the text that was probably meant, or None."""

    parameter: str
    detail: str
    suggestion: str | None = None


class Refusal(APIException):
    """An error of the caller's, with all that a problem holds: `code` is UPPER_SNAKE and never changes.

    `errors` are what is wrong with the input, `violated` the names of quotas that are used up, `headers`
    those of the answer.
    """

    status_code = 400
    code = "BAD_REQUEST"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Iterable[ParameterError] = (),
        violated: Iterable[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.errors = list(errors)
        self.violated = list(violated)
        self.headers = dict(headers or {})


class BadParameters(Refusal):
    """400: the query string was not accepted; `errors` has all that is wrong with it."""

    code = "BAD_PARAMETERS"

    def __init__(self, errors: Iterable[ParameterError]) -> None:
        found = list(errors)
        count = "One parameter was" if len(found) == 1 else f"{len(found)} parameters were"
        super().__init__(f"{count} not accepted.", errors=found)


class BadBody(Refusal):
    """400: the body was not accepted; `errors` has all that is wrong with it."""

    code = "BAD_BODY"

    def __init__(self, errors: Iterable[ParameterError]) -> None:
        super().__init__("The body was not accepted.", errors=errors)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if any is near."""
    by_lower_case = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word[:MAX_SHOWN_LENGTH].lower(), by_lower_case, n=1)
    return by_lower_case[found[0]] if found else None
