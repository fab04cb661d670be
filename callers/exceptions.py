"""What is answered instead of an order; acommerce_status.errors gives each the shape of its wire."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rest_framework.exceptions import APIException

from callers.quotas import Use


@dataclass(frozen=True)
class ParameterError:
    """What is wrong with one parameter or field, and the text that was probably meant, or None."""

    parameter: str
    detail: str
    suggestion: str | None = None


class BadInput(Exception):
    """400, with all that is wrong."""

    def __init__(self, errors: Iterable[ParameterError]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{error.parameter}: {error.detail}" for error in self.errors))


class BadParameters(BadInput):
    """The query string was not accepted."""


class BadBody(BadInput):
    """The body was not accepted."""


class WrongCredentials(APIException):
    """401: no caller has this name and key; which of the two is wrong is not told."""

    status_code = 401
    default_detail = "The username or the API key is wrong, or the key was revoked."
    default_code = "WRONG_CREDENTIALS"


class QuotaExceeded(APIException):
    """429. `violated` are the quotas that were used up; `wait` is in whole seconds, and is enough."""

    status_code = 429
    default_code = "QUOTA_EXCEEDED"

    def __init__(self, violated: Sequence[Use]) -> None:
        self.violated = violated
        self.wait = max(use.reset for use in violated)
        quotas = " and ".join(sorted({f"{use.limit} in {use.window} seconds" for use in violated}))
        super().__init__(f"More requests than {quotas}. Wait {self.wait} seconds, then go on where you were.")
