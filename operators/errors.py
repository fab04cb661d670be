"""What the operators' server says when it refuses or fails. Django's own pages have inline styles."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render

FORBIDDEN = "You may look at everything here, and change nothing. Ask somebody of the group operators."
NOT_FOUND = "There is no such page, or what it was about is gone."
FORGED = (
    "This form was not sent from a page of this server, or you have logged in again since. Nothing was"
    " changed: open the page again."
)
FAILED = "Something failed here. The log of this server tells what, with the X-Request-ID of this answer."


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, "Not for viewers", FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, "Not found", NOT_FOUND)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, "Not sent from here", FORGED)


def server_error(request: HttpRequest) -> HttpResponse:
    """Plain text: a page would ask the database, which may be what failed."""
    return HttpResponseServerError(FAILED, content_type="text/plain; charset=utf-8")


def _page(request: HttpRequest, status: int, title: str, told: str) -> HttpResponse:
    return render(request, "operators/error.html", {"title": title, "told": told}, status=status)
