"""What v2 says of its end: RFC 9745 (Deprecation), RFC 8594 (Sunset), RFC 5829 (successor-version)."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path
from django.utils.http import http_date

SUCCESSORS = {
    "since": "updatedSince",
    "updatedSince": "updatedSince",
    "updatedUntil": "updatedUntil",
    "orderStatus": "orderStatus",
    "page_size": "pageSize",
    "pageSize": "pageSize",
    "id": "id",
}
"""What v3 calls the parameters of v2."""


def add_deprecation(request: HttpRequest, response: HttpResponseBase) -> None:
    """Add the headers to a v2 answer, beside the `Link` it may have."""
    links = [
        response.get("Link", ""),
        f'<{_successor(request)}>; rel="successor-version"',
        f'<{request.build_absolute_uri("/docs/v2-to-v3")}>; rel="deprecation"; type="text/html"',
    ]
    response["Link"] = ", ".join(filter(None, links))
    response["Deprecation"] = f"@{int(settings.V2_DEPRECATED_SINCE.timestamp())}"
    response["Sunset"] = http_date(settings.V2_SUNSET.timestamp())


def _successor(request: HttpRequest) -> str:
    """The same question in v3, without what v3 does not know; without parameters if too many were sent."""
    try:
        sent = request.GET
    except TooManyFieldsSent:
        sent = QueryDict()
    known = [
        (SUCCESSORS[name], text)
        for name, texts in sent.lists()
        if name in SUCCESSORS and (name != "id" or request.path.endswith("/id"))
        for text in texts
    ]
    path = request.build_absolute_uri("/v3" + escape_uri_path(request.path.removeprefix("/v2")))
    return f"{path}?{urlencode(known, safe=':')}" if known else path
