"""The HTML pages. They load nothing from other servers, and their Content-Security-Policy forbids it."""

from collections.abc import Callable
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from acommerce_status import guides
from acommerce_status.errors import get_only
from acommerce_status.problem_texts import PROBLEMS

PAGE_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
"""What a page may load (Content-Security-Policy, level 3)."""

EXPLORER_POLICY = PAGE_POLICY | {
    "script-src": "'self'",
    "connect-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # both set styles from their scripts
    "img-src": "'self' data:",  # their icons
    "worker-src": "blob:",  # Redoc's search
}
"""What the pages with Swagger UI and Redoc may load; both need more."""

GUIDE_POLICY = PAGE_POLICY | {"script-src": "'self'"}
"""Guides have a script of ours; without it they can still be read."""

REDOC = "drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
REDOC_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
NO_IMAGE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/%3E"


@get_only
def index(request: HttpRequest) -> HttpResponse:
    return page(request, "index.html", base=request.build_absolute_uri("/").rstrip("/"))


@get_only
def swagger(request: HttpRequest) -> HttpResponse:
    return page(request, "swagger.html", EXPLORER_POLICY)


@get_only
def redoc(request: HttpRequest) -> HttpResponse:
    return page(request, "redoc.html", EXPLORER_POLICY)


@get_only
def problems(request: HttpRequest) -> HttpResponse:
    return page(request, "problems.html", problems=PROBLEMS)


@get_only
def migration(request: HttpRequest) -> HttpResponse:
    return page(request, "migration.html", sunset=settings.V2_SUNSET.astimezone(UTC))


def guide(file: str, title: str) -> Callable[[HttpRequest], HttpResponseBase]:
    """The view of a guide of docs/, with this server's address in its programs."""

    @get_only
    def view(request: HttpRequest) -> HttpResponse:
        server = request.build_absolute_uri("/").removesuffix("/")
        content = guides.guide(file, server)
        return page(request, "guide.html", GUIDE_POLICY, title=title, content=content)

    return view


@get_only
def redoc_script(request: HttpRequest) -> HttpResponse:
    headers = {"Cache-Control": "public, max-age=3600"}
    return HttpResponse(_redoc_script(), content_type="text/javascript; charset=utf-8", headers=headers)


@cache
def _redoc_script() -> str:
    """Redoc's script, without the one image that it would load from another host."""
    return Path(str(finders.find(REDOC))).read_text().replace(REDOC_LOGO, NO_IMAGE)


def page(
    request: HttpRequest, template: str, policy: dict[str, str] = PAGE_POLICY, **context: Any
) -> HttpResponse:
    """The page of a template, with the headers that all pages have."""
    response = render(request, f"acommerce_status/{template}", context)
    response["Content-Security-Policy"] = "; ".join(f"{name} {source}" for name, source in policy.items())
    response["X-Frame-Options"] = "DENY"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "no-cache"
    return response
