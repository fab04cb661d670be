"""Bodies: a page joins the texts stored at publishing; everything else is small JSON."""

from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from rest_framework.renderers import BaseRenderer


class Rendered(Protocol):
    """Something that knows its own body."""

    def body(self) -> str: ...


class JSONRenderer(BaseRenderer):
    """JSON in UTF-8 of a body of ours, or of plain data."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        return data.body().encode() if hasattr(data, "body") else orjson.dumps(data)
