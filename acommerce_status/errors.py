"""Errors that no view of Django REST framework answers: unknown paths, bad hosts, failures, wrong methods."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import is_valid_path

from orders.v2.errors import legacy_error
from wire.problem import INTERNAL_ERROR, NOT_FOUND, Problem, Shape, problem_details, respond

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

ERROR_SHAPES: dict[str, Shape] = {
    "/v2/": legacy_error,
    "/channel/": legacy_error,
    "/partner/": legacy_error,
}
"""By the prefix of a path; problem details everywhere else. A view names its own shape."""
OUTSIDE_VERSIONS = re.compile(r"/(?:channel|partner)/[^/]*/subscriptions(?:/|$)")
"""Paths below those prefixes whose errors are problem details all the same."""

SLASH_TOO_MUCH = "There is nothing at this path, but there is without the slash at its end."


def shape_at(path: str) -> Shape:
    """The shape of errors at this path."""
    if OUTSIDE_VERSIONS.match(path):
        return problem_details
    return next((shape for prefix, shape in ERROR_SHAPES.items() if path.startswith(prefix)), problem_details)


def shaped_by_path(request: HttpRequest, problem: Problem) -> tuple[dict[str, Any], str]:
    """A problem in the shape of the path that was asked for."""
    return shape_at(request.path)(request, problem)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a host name that is not ours, too many parameters, and the like."""
    return _respond(request, Problem(400, "BAD_REQUEST", "The request was not accepted."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404, with a hint when only a slash at the end is too much."""
    is_slash_too_much = request.path.endswith("/") and is_valid_path(request.path[:-1])
    return _respond(request, replace(NOT_FOUND, detail=SLASH_TOO_MUCH) if is_slash_too_much else NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. What happened is in our log, under the request's id."""
    return _respond(request, INTERNAL_ERROR)


def get_only(view: View[P]) -> View[P]:
    """A view outside DRF that answers GET, HEAD and OPTIONS, and refuses other methods with 405."""
    return _only(view, ("GET", "HEAD"), "Only GET is possible here.")


def get_and_post_only(view: View[P]) -> View[P]:
    """The same, for a view that takes POST as well."""
    return _only(view, ("GET", "HEAD", "POST"), "Only GET and POST are possible here.")


def _only(view: View[P], methods: Sequence[str], detail: str) -> View[P]:
    @wraps(view)
    def refusing(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        allow = {"Allow": ", ".join((*methods, "OPTIONS"))}
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=allow)
        if request.method not in methods:
            return respond(request, Problem(405, "METHOD_NOT_ALLOWED", detail, headers=allow))
        return view(request, *args, **kwargs)

    return refusing  # type: ignore[return-value]  # mypy gives `request` a name, which Callable has not


def _respond(request: HttpRequest, problem: Problem) -> HttpResponse:
    return respond(request, problem, shape_at(request.path))
