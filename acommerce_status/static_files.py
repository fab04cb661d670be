"""`/static/*`: the files of the installed packages, found once. No path leads to another file."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import last_modified

from acommerce_status.errors import get_only

ALONE = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""A file that somebody opens as a page, such as one that Swagger UI brings along, may do nothing."""
SECONDS_IN_CACHES = 60
FOR_OPERATORS = ("admin/", "operators/")
"""Folders that only the operators' server has."""


@cache
def files() -> dict[str, Path]:
    """All files, by what follows /static/. There is no collectstatic step."""
    return {name: Path(place.path(name)) for finder in get_finders() for name, place in finder.list(None)}


def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    """The file, which granian sends by its name. Its policy does not concern pages that load it."""
    if name.startswith(FOR_OPERATORS):
        raise Http404
    return serve_to_operators(request, name)


def serve_to_operators(request: HttpRequest, name: str) -> HttpResponseBase:
    """Any file, also those of the operators' pages."""
    if name not in files():
        raise Http404
    return _file(request, name)


def _changed(request: HttpRequest, name: str) -> datetime:
    return datetime.fromtimestamp(int(files()[name].stat().st_mtime), UTC)


@get_only
@last_modified(_changed)
def _file(request: HttpRequest, name: str) -> HttpResponseBase:
    response = FileResponse(files()[name].open("rb"))
    del response["Content-Disposition"]
    response["Content-Security-Policy"] = ALONE
    response["Cache-Control"] = f"max-age={SECONDS_IN_CACHES}, public"
    return response
