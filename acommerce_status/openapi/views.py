"""`/schema/v3` and `/schema/v2`: the checked-in documents, with the server that was asked put in."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from acommerce_status.errors import get_only

FOLDER = Path(__file__).parent
"""Where `make snapshots` writes the documents."""


def document(version: str) -> Callable[[HttpRequest], HttpResponseBase]:
    """The view of the document `{version}.json`. Raises DisallowedHost (400) for a host that is not ours."""

    @get_only
    def view(request: HttpRequest) -> HttpResponse:
        servers = [{"url": request.build_absolute_uri("/").removesuffix("/")}]
        return HttpResponse(
            orjson.dumps({"servers": servers} | snapshot(version)), content_type="application/json"
        )

    return view


@cache
def snapshot(version: str) -> dict[str, Any]:
    """The document as it was checked in, parsed once."""
    contents: dict[str, Any] = orjson.loads((FOLDER / f"{version}.json").read_bytes())
    return contents
