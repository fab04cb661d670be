"""What the log says of a request: nothing that a client chose, because it may be a key or a token."""

import logging
import re
import uuid
from functools import lru_cache

from django.http import HttpRequest

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"})
UNMATCHED = "(unmatched)"
"""In place of a path that no route matches."""

_SANE_ID = re.compile(r"[A-Za-z0-9._:@/+=-]{1,100}")
_TOKEN = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_KEY = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def method_of(request: HttpRequest) -> str:
    """The method, if it is one of HTTP's."""
    return request.method if request.method in METHODS else "(other)"


def route_of(request: HttpRequest) -> str:
    """The path with names in place of values, such as `/v3/channel/{channel_id}/sales-order-status`."""
    return _route(request.resolver_match.route) if request.resolver_match else UNMATCHED


def request_id_of(request: HttpRequest) -> str:
    """The caller's `X-Request-ID` when it is sane, else a new one.

    It is not when it holds what looks like a key, or like a token and is part of what the request says
    elsewhere. (Many make their ids as 32 hex digits, so that looking like a token is no reason alone.)
    """
    given: str = request.META.get("HTTP_X_REQUEST_ID", "")
    if not given or not _SANE_ID.fullmatch(given) or _KEY.search(given):
        return uuid.uuid4().hex
    if any(found.lower() in said.lower() for found in _TOKEN.findall(given) for said in _said(request)):
        return uuid.uuid4().hex
    return given


class Routes(logging.Filter):
    """Have a record of Django's about a request name the route where it would name the path."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            given = (request.path, request.get_full_path())
            record.args = tuple(route_of(request) if text in given else text for text in record.args)
        return True


@lru_cache
def _route(route: str) -> str:
    return "/" + _PARAMETER.sub(r"{\1}", route)


def _said(request: HttpRequest) -> tuple[str, ...]:
    """Where clients put tokens, rightly or wrongly."""
    names = ("HTTP_X_SUBJECT_TOKEN", "HTTP_AUTHORIZATION", "HTTP_COOKIE", "QUERY_STRING")
    return (*(request.META.get(name, "") for name in names), request.path)
