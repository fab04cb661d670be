"""What went wrong, and problem details: the errors of every wire but v2 (contract, section 7; RFC 9457)."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import DisallowedHost, TooManyFieldsSent
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from wire.refusals import BadParameters, ParameterError, Refusal

logger = logging.getLogger(__name__)

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="acommerce-status"'}
"""The header of every 401: how to prove who you are (RFC 9110, section 11.6.1)."""
QUOTA_TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded"
DATABASE_RETRY_SECONDS = 5
CODES = {401: "UNAUTHENTICATED", 403: "FORBIDDEN", 405: "METHOD_NOT_ALLOWED"}
TOO_MANY = "are more than 1000 parameters, and so are not read"


@dataclass(frozen=True)
class Problem:
    """What went wrong, before it takes the shape of a wire. `code` is UPPER_SNAKE and never changes."""

    status: int
    code: str
    detail: str
    errors: list[ParameterError] = field(default_factory=list)
    violated: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


Shape = Callable[[HttpRequest, Problem], tuple[dict[str, Any], str]]
"""Makes the body of a problem and its content type. Every view names its own as `error_shape`."""

NOT_FOUND = Problem(404, "NOT_FOUND", "There is nothing at this path. See /docs.")
INTERNAL_ERROR = Problem(500, "INTERNAL_ERROR", "Something failed here; it has been logged.")


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's seam. Returns None for an unexpected exception: Django then logs it and answers by handler500."""
    problem = describe(exception)
    if problem is None:
        return None
    body, content_type = context["view"].error_shape(context["request"], problem)
    return Response(body, status=problem.status, headers=problem.headers, content_type=content_type)


def describe(exception: Exception) -> Problem | None:
    """The problem that callers get for this exception, or None when it is unexpected."""
    if isinstance(exception, TooManyFieldsSent):
        exception = BadParameters([ParameterError("*", TOO_MANY)])
    match exception:
        case Refusal(status_code=status, code=code, errors=errors, violated=violated, headers=headers):
            return Problem(status, code, str(exception.detail), errors, violated, headers)
        case OperationalError() | InterfaceError() | ProgrammingError():
            return _of_database(exception)
        case Http404():
            return NOT_FOUND
        case APIException(status_code=status):
            code = CODES.get(status, HTTPStatus(status).name)
            return Problem(status, code, str(exception.detail), headers=CHALLENGE if status == 401 else {})
    return None


def _of_database(error: Exception) -> Problem | None:
    if not isinstance(error, ProgrammingError):
        logger.error("database away or too slow: %s", error)
        return DATABASE_AWAY
    if getattr(error.__cause__, "sqlstate", "") not in NOT_THERE:
        return None
    logger.error("database not migrated, or being restored: %s", str(error).partition("\n")[0])
    return DATABASE_NOT_READY


def unavailable(detail: str) -> Problem:
    """A 503 that asks the client to wait DATABASE_RETRY_SECONDS."""
    return Problem(503, "UNAVAILABLE", detail, headers={"Retry-After": str(DATABASE_RETRY_SECONDS)})


DATABASE_AWAY = unavailable("The database does not answer. Nothing is lost; ask again.")

DATABASE_NOT_READY = unavailable("The database is not ready. Nothing is lost; ask again.")
NOT_THERE = ("42P01", "42703")
"""A table or a column that PostgreSQL does not have, as before `migrate` and while a dump is restored."""


def problem_details(request: HttpRequest, problem: Problem) -> tuple[dict[str, Any], str]:
    """`problem` as problem details (RFC 9457), and their content type."""
    body = {
        "type": _type(request, problem),
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "requestId": getattr(request, "request_id", None),
    }
    if problem.errors:
        body["errors"] = [asdict(error) for error in problem.errors]
    if problem.violated:
        body["violated-policies"] = problem.violated
    return body, "application/problem+json"


def anchor(code: str) -> str:
    """The anchor of a problem's code on the page /docs/problems."""
    return code.lower().replace("_", "-")


def respond(request: HttpRequest, problem: Problem, shape: Shape = problem_details) -> HttpResponse:
    """The response for a problem, where DRF makes none."""
    body, content_type = shape(request, problem)
    return HttpResponse(
        orjson.dumps(body), status=problem.status, headers=problem.headers, content_type=content_type
    )


def _type(request: HttpRequest, problem: Problem) -> str:
    if problem.status == 429:
        return QUOTA_TYPE
    path = f"/docs/problems#{anchor(problem.code)}"
    try:
        return request.build_absolute_uri(path)
    except DisallowedHost:
        return path
