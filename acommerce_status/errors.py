"""The error shape of each wire, in one place (contract, section 7).

v2: `{"error": {"code", "message", "errors"}}`. Everything else: `application/problem+json` (RFC 9457).
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from callers.exceptions import BadBody, BadParameters, ParameterError, QuotaExceeded, WrongCredentials

logger = logging.getLogger(__name__)

LEGACY_PREFIXES = ("/v2/", "/channel/", "/partner/")
QUOTA_TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded"
DATABASE_RETRY_SECONDS = 5


@dataclass(frozen=True)
class Problem:
    """What went wrong, before it takes the shape of a wire. `code` is UPPER_SNAKE and never changes."""

    status: int
    code: str
    detail: str
    errors: list[ParameterError] = field(default_factory=list)
    violated: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


NOT_FOUND = Problem(404, "NOT_FOUND", "There is nothing at this path. See /docs.")
INTERNAL_ERROR = Problem(500, "INTERNAL_ERROR", "Something failed here; it has been logged.")


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's seam. None for what nobody foresaw: Django then logs it and answers by `server_error`."""
    problem = describe(exception)
    if problem is None:
        return None
    request = context["request"]
    body, content_type = shape(request, problem)
    return Response(body, status=problem.status, headers=problem.headers, content_type=content_type)


def describe(exception: Exception) -> Problem | None:  # noqa: PLR0911 - one case for each kind
    """The problem that an exception stands for, or None."""
    match exception:
        case BadParameters(errors=errors):
            count = "One parameter was" if len(errors) == 1 else f"{len(errors)} parameters were"
            return Problem(400, "BAD_PARAMETERS", f"{count} not accepted.", errors)
        case BadBody(errors=errors):
            return Problem(400, "BAD_BODY", "The body was not accepted.", errors)
        case QuotaExceeded(wait=wait, violated=violated):
            names = sorted({use.policy for use in violated})
            retry = {"Retry-After": str(max(1, wait))}
            return Problem(429, "QUOTA_EXCEEDED", str(exception.detail), violated=names, headers=retry)
        case OperationalError() | InterfaceError():
            logger.error("database away or too slow: %s", exception)
            return unavailable("The database does not answer. Nothing is lost; ask again.")
        case Http404():
            return NOT_FOUND
        case APIException():
            return _from_drf(exception)
    return None


def unavailable(detail: str) -> Problem:
    """503, with the wait that is worth it."""
    return Problem(503, "UNAVAILABLE", detail, headers={"Retry-After": str(DATABASE_RETRY_SECONDS)})


def _from_drf(exception: APIException) -> Problem:
    codes = {401: "UNAUTHENTICATED", 403: "FORBIDDEN", 405: "METHOD_NOT_ALLOWED"}
    headers = {}
    if exception.status_code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="acommerce-status"'
    if isinstance(exception, WrongCredentials):
        codes[401] = "WRONG_CREDENTIALS"
    code = codes.get(exception.status_code, HTTPStatus(exception.status_code).name)
    return Problem(exception.status_code, code, str(exception.detail), headers=headers)


def shape(request: HttpRequest, problem: Problem) -> tuple[dict[str, Any], str]:
    """The body and content type of `problem` on the wire that `request` came by."""
    if request.path.startswith(LEGACY_PREFIXES):
        return _legacy(problem), "application/json"
    return _problem_details(request, problem), "application/problem+json"


def _problem_details(request: HttpRequest, problem: Problem) -> dict[str, Any]:
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
    return body


def _type(request: HttpRequest, problem: Problem) -> str:
    if problem.status == 429:
        return QUOTA_TYPE
    path = f"/docs/problems#{problem.code.lower().replace('_', '-')}"
    try:
        return request.build_absolute_uri(path)
    except DisallowedHost:
        return path


def _legacy(problem: Problem) -> dict[str, Any]:
    errors = [
        {"message": f"{error.parameter}. {error.detail}{_hint(error)}", "reason": "invalid_value"}
        for error in problem.errors
    ]
    message = "Validation Failed" if problem.errors else HTTPStatus(problem.status).phrase
    if not problem.errors and problem.status not in (404, 405):
        errors = [{"message": problem.detail, "reason": problem.code.lower()}]
    return {"error": {"code": problem.status, "message": message, "errors": errors}}


def _hint(error: ParameterError) -> str:
    return f"; did you mean {error.suggestion}?" if error.suggestion else ""


def respond(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The answer outside DRF."""
    body, content_type = shape(request, problem)
    return HttpResponse(
        orjson.dumps(body), status=problem.status, headers=problem.headers, content_type=content_type
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a host name that is not ours, too many parameters, and the like."""
    return respond(request, Problem(400, "BAD_REQUEST", "The request was not accepted."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return respond(request, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. What happened is in our log, under the request's id."""
    return respond(request, INTERNAL_ERROR)


def get_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A view outside DRF that answers GET, HEAD and OPTIONS, and refuses the rest in our shape."""

    @wraps(view)
    def refusing(request: HttpRequest) -> HttpResponse:
        allow = {"Allow": "GET, HEAD, OPTIONS"}
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=allow)
        if request.method not in ("GET", "HEAD"):
            return respond(
                request, Problem(405, "METHOD_NOT_ALLOWED", "Only GET is possible here.", headers=allow)
            )
        return view(request)

    return refusing
