"""DRF's parser seam: JSON, whatever its Content-Type says."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.parsers import BaseParser

from wire.refusals import BadBody, ParameterError

MAX_BODY_BYTES = 16 * 1024


class JSONParser(BaseParser):
    """One JSON object of at most 16 KiB in UTF-8. Existing clients leave out the JSON Content-Type.

    `example` is the body that a subclass suggests when the body is not an object.
    """

    media_type = "*/*"
    example: str | None = None

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        body = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise BadBody([ParameterError("body", f"must be at most {MAX_BODY_BYTES} bytes")])
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise BadBody([ParameterError("body", "must be a JSON object in UTF-8", self.example)]) from None
        if not isinstance(data, dict):
            raise BadBody([ParameterError("body", "must be a JSON object", self.example)])
        return data
