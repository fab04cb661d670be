"""The error answers in the OpenAPI documents. What makes the real answers makes the examples, too."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest
from rest_framework.exceptions import NotAuthenticated, PermissionDenied

from acommerce_status.errors import shape_at
from acommerce_status.openapi.identity import JSON, header_refs
from callers.permissions import GrantedScope
from callers.quotas import Use
from callers.refusals import QuotaExceeded, WrongCredentials
from wire.problem import INTERNAL_ERROR, Problem, describe, unavailable
from wire.refusals import BadBody, BadParameters, ParameterError

PRIVATE = ("X-Request-ID", "Cache-Control")
COUNTED = (*PRIVATE, "RateLimit-Policy", "RateLimit")

NO_ZONE = ParameterError(
    "updatedSince",
    "must be an RFC 3339 time with a zone, such as 2026-11-22T08:00:00.000020Z",
    "2026-11-22T08:00:00Z",
)
MISSPELT = ParameterError(
    "pagesize",
    "is not a parameter here; known are updatedSince, updatedUntil, orderStatus, pageSize",
    "pageSize",
)
EMPTY = ParameterError("orderStatus", "must not be empty; leave the parameter out instead")
NO_KEY = ParameterError("auth.apiKeyCredentials.apiKey", "This field is required.")

Cases = dict[str, Exception | Problem]

NO_TOKEN: Cases = {
    "No token": NotAuthenticated("Send a token from POST /identity/token in the header X-Subject-Token.")
}
USED_UP: Cases = {
    "Too many requests": QuotaExceeded([Use("caller", 600, 60, 601, 17)]),
    "Too many for one order": QuotaExceeded([Use("order", 6, 60, 7, 42)]),
}
GUESSES: Cases = {"Too many wrong keys": QuotaExceeded([Use("username", 30, 60, 31, 55)])}
AWAY: Cases = {
    "The database is away": unavailable("The database does not answer. Nothing is lost; ask again.")
}


@dataclass(frozen=True)
class Answer:
    """An error: what is said of it, a case or more that lead to it, and the headers that come with it."""

    status: int
    name: str
    description: str
    cases: Cases
    headers: tuple[str, ...] = ("X-Request-ID",)

    def openapi(self, path: str, component: str) -> JSON:
        """The response object, on the wire that `path` is on, with a body of the shape `component`."""
        shapes = {
            label: shape_at(path)(ExampleRequest(path), _problem(case)) for label, case in self.cases.items()
        }
        examples = {
            label.title().replace(" ", ""): {"summary": label, "value": body}
            for label, (body, _) in shapes.items()
        }
        schema = {"$ref": f"#/components/schemas/{component}"}
        return {
            "description": self.description,
            "headers": header_refs(*self.headers),
            "content": {kind: {"schema": schema, "examples": examples} for _, kind in shapes.values()},
        }


class ExampleRequest(HttpRequest):
    """As much of a request as an error's body is made from."""

    request_id = "d0f3c2a94be14e7f8a6b5c4d3e2f1a09"

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def build_absolute_uri(self, location: str | None = None) -> str:
        return f"https://orders.example.com{location}"


def of_polling(bad_parameters: Cases, extra: tuple[str, ...] = ()) -> Iterator[Answer]:
    """The errors of every GET of orders. `extra` headers come with all that a view answers."""
    private, counted = (*PRIVATE, *extra), (*COUNTED, *extra)
    not_yours: Cases = {"Not yours": PermissionDenied(GrantedScope.message)}
    yield Answer(400, "BadParameters", "Parameters were not accepted.", bad_parameters, counted)
    yield Answer(
        401,
        "Unauthenticated",
        "No token, or one that is unknown, expired or revoked.",
        NO_TOKEN,
        ("WWW-Authenticate", *private),
    )
    yield Answer(403, "Forbidden", "Not granted to you, whether or not it exists.", not_yours, counted)
    yield Answer(
        404, "NotFound", "No such path: the id in it is empty, or has a slash.", {"No such path": Http404()}
    )
    yield Answer(429, "TooManyRequests", "A quota is used up.", USED_UP, ("Retry-After", *counted))
    yield Answer(500, "InternalError", "Something failed here.", {"Our fault": INTERNAL_ERROR})
    yield Answer(503, "Unavailable", "The database is away, or slow.", AWAY, ("Retry-After", *private))


def of_identity() -> Iterator[Answer]:
    """The errors of `POST /identity/token`."""
    no_key: Cases = {"No key": BadBody([NO_KEY])}
    wrong_key: Cases = {"A wrong key": WrongCredentials()}
    waiting = ("Retry-After", "X-Request-ID")
    yield Answer(400, "BadBody", "The body was not accepted.", no_key)
    yield Answer(
        401,
        "WrongCredentials",
        "The name or the key is wrong, or was revoked.",
        wrong_key,
        ("WWW-Authenticate", "X-Request-ID"),
    )
    yield Answer(429, "TooManyGuesses", "Too many wrong keys, for one name or address.", GUESSES, waiting)
    yield Answer(500, "IdentityInternalError", "Something failed here.", {"Our fault": INTERNAL_ERROR})
    yield Answer(503, "IdentityUnavailable", "The database is away, or slow.", AWAY, waiting)


def of_health() -> Iterator[Answer]:
    """The errors of `/readyz`."""
    due: Cases = {"Not migrated": unavailable("The database is not ready: migrations are due.")}
    yield Answer(503, "NotReady", "Not now.", due, ("Retry-After", "X-Request-ID"))


STRICT: Cases = {
    "A time without a zone": BadParameters([NO_ZONE]),
    "A misspelt parameter and an empty one": BadParameters([MISSPELT, EMPTY]),
}
LENIENT: Cases = {
    "A time without a zone": BadParameters([NO_ZONE]),
    "An empty parameter": BadParameters([EMPTY]),
}


def _problem(case: Exception | Problem) -> Problem:
    problem = case if isinstance(case, Problem) else describe(case)
    if problem is None:
        raise ValueError(f"{case!r} is nothing that is answered")
    return problem
