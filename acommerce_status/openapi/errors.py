"""Error responses in the OpenAPI documents. The examples are made by the code that makes the real ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404
from rest_framework.exceptions import PermissionDenied

from acommerce_status.errors import shape_at
from acommerce_status.health import MIGRATIONS_DUE, not_ready
from acommerce_status.openapi.headers import COUNTED, JSON, PRIVATE, header_refs
from acommerce_status.openapi.refusals import ExampleRequest, bad_body, bad_parameters, no_token
from callers.permissions import GrantedScope
from callers.quotas import Use
from callers.refusals import QuotaExceeded, WrongCredentials
from orders.polling.views import PollView
from wire.problem import DATABASE_AWAY, INTERNAL_ERROR, Problem, describe

Cases = dict[str, Exception | Problem]
"""Exceptions or problems that lead to a response, by the labels of its examples."""

AWAY: Cases = {"The database is away": DATABASE_AWAY}
OUR_FAULT: Cases = {"Our fault": INTERNAL_ERROR}
USED_UP: Cases = {
    "Too many requests": QuotaExceeded([Use("caller", 600, 60, 601, 17)]),
    "Too many for one order": QuotaExceeded([Use("order", 6, 60, 7, 42)]),
}
GUESSES: Cases = {"Too many wrong keys": QuotaExceeded([Use("username", 30, 60, 31, 55)])}
FLAT: JSON = {"username": "lazada-th", "apiKey": "PASTE-YOUR-API-KEY"}
WITHOUT_KEY: JSON = {"auth": {"apiKeyCredentials": {"username": "lazada-th"}}}


@dataclass(frozen=True)
class ErrorResponse:
    """An error: its description, a case or more that lead to it, and the headers that come with it."""

    status: int
    name: str
    description: str
    cases: Cases
    headers: tuple[str, ...] = ("X-Request-ID",)

    def openapi(self, path: str, component: str) -> JSON:
        """The response object, on the wire that `path` is on, with a body of the shape `component`."""
        shape = shape_at(path)
        shapes = {label: shape(ExampleRequest(path), _problem(case)) for label, case in self.cases.items()}
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


def of_polling(
    view: type[PollView], bad_queries: dict[str, str], extra: tuple[str, ...] = ()
) -> Iterator[ErrorResponse]:
    """The errors of every GET of orders: `bad_queries` are examples that `view` refuses, by their labels.

    `extra` headers come with all that a view answers.
    """
    private, counted = (*PRIVATE, *extra), (*COUNTED, *extra)
    refused: Cases = {label: bad_parameters(view, query) for label, query in bad_queries.items()}
    not_yours: Cases = {"Not yours": PermissionDenied(GrantedScope.message)}
    yield ErrorResponse(400, "BadParameters", "Parameters were not accepted.", refused, counted)
    yield ErrorResponse(
        401,
        "Unauthenticated",
        "No token, or one that is unknown, expired or revoked.",
        {"No token": no_token()},
        ("WWW-Authenticate", *private),
    )
    yield ErrorResponse(403, "Forbidden", "Not granted to you, whether or not it exists.", not_yours, counted)
    yield ErrorResponse(
        404, "NotFound", "No such path: the id in it is empty, or has a slash.", {"No such path": Http404()}
    )
    yield ErrorResponse(429, "TooManyRequests", "A quota is used up.", USED_UP, ("Retry-After", *counted))
    yield ErrorResponse(500, "InternalError", "Something failed here.", OUR_FAULT)
    yield ErrorResponse(503, "Unavailable", "The database is away, or slow.", AWAY, ("Retry-After", *private))


def of_identity() -> Iterator[ErrorResponse]:
    """The errors of `POST /identity/token`."""
    waiting = ("Retry-After", "X-Request-ID")
    refused: Cases = {"No key": bad_body(WITHOUT_KEY), "A flat body": bad_body(FLAT)}
    yield ErrorResponse(400, "BadBody", "The body was not accepted.", refused)
    yield ErrorResponse(
        401,
        "WrongCredentials",
        "The name or the key is wrong, or was revoked.",
        {"A wrong key": WrongCredentials()},
        ("WWW-Authenticate", "X-Request-ID"),
    )
    yield ErrorResponse(
        429, "TooManyGuesses", "Too many wrong keys, for one name or address.", GUESSES, waiting
    )
    yield ErrorResponse(500, "IdentityInternalError", "Something failed here.", OUR_FAULT)
    yield ErrorResponse(503, "IdentityUnavailable", "The database is away, or slow.", AWAY, waiting)


def of_health() -> Iterator[ErrorResponse]:
    """The errors of `/readyz`."""
    due: Cases = {"Not migrated": not_ready(MIGRATIONS_DUE)}
    yield ErrorResponse(503, "NotReady", "Not now.", due, ("Retry-After", "X-Request-ID"))


def _problem(case: Exception | Problem) -> Problem:
    problem = case if isinstance(case, Problem) else describe(case)
    if problem is None:
        raise ValueError(f"{case!r} is no problem that callers get")
    return problem
