"""Around every answer: its request id, its access line, and compression."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from isal import igzip

from acommerce_status.access_log import method_of, request_id_of, route_of
from acommerce_status.answer_metrics import count_answer
from callers.tokens import Access
from wire.encoding import MIN_GZIP_BYTES, accepts_gzip

logger = logging.getLogger("access")

Handler = Callable[[HttpRequest], HttpResponse]

LINE = "%(method)s %(route)s %(status)d %(milliseconds).1fms id=%(requestId)s caller=%(caller)s"
WITHOUT_LENGTH = (204, 304)
"""Answers without a body, whose Content-Length would speak of another one (RFC 9110, section 8.6)."""


class AccessMiddleware:
    """`X-Request-ID`, the caller's own when it is sane, the length, and one line in the log."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = request_id_of(request)
        request.request_id = request_id  # type: ignore[attr-defined]  # ours; wire.problem reads it
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        if not response.streaming and response.status_code not in WITHOUT_LENGTH:
            response["Content-Length"] = str(len(response.content))
        seconds = time.perf_counter() - started
        count_answer(route_of(request), response.status_code, seconds)
        _log(request, response, seconds * 1000)
        return response


def _log(request: HttpRequest, response: HttpResponse, milliseconds: float) -> None:
    """The access line. The caller comes last, because its name may have spaces."""
    if not logger.isEnabledFor(logging.INFO):
        return
    user = getattr(request, "user", None)  # an Access, or an operator, which costs a query to look at
    fields = {
        "method": method_of(request),
        "route": route_of(request),
        "status": response.status_code,
        "milliseconds": round(milliseconds, 1),
        "requestId": response["X-Request-ID"],
        "caller": user.username if type(user) is Access else "-",
    }
    logger.info(LINE, fields)


class GzipMiddleware:
    """gzip at level 1 by ISA-L, which costs a tenth of zlib's; see docs/performance.md.

    Every entity tag of ours is weak already, so it may stay the same.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.streaming
            or len(response.content) < MIN_GZIP_BYTES
            or response.has_header("Content-Encoding")
        ):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if accepts_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            response.content = igzip.compress(response.content, compresslevel=1)
            response["Content-Encoding"] = "gzip"
        return response
