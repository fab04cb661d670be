"""Headers of every page of the operators' server."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)

STRANGE_HOST = "This server does not go by that name. OPERATORS_ALLOWED_HOSTS says to which it answers."


class PolicyMiddleware:
    """Nothing from another host, no script in a page, no frame, and nothing kept in a cache.

    A host that is not allowed is refused here, also where nobody asks for it: a page of somebody else, whose
    name leads to this machine, would else talk to us from an operator's browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request) if _is_to_us(request) else HttpResponseBadRequest(STRANGE_HOST)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("X-Frame-Options", "DENY")
        response.setdefault("Cache-Control", "no-store")
        return response


def _is_to_us(request: HttpRequest) -> bool:
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
