"""JSON bodies up to 64 KiB, by whatever name they come."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.parsers import BaseParser

from wire.refusals import BadBody, ParameterError, Refusal

MAX_BODY_BYTES = 64 * 1024


class BodyTooLarge(Refusal):
    """413."""

    status_code = 413
    code = "BODY_TOO_LARGE"
    default_detail = f"A body may have {MAX_BODY_BYTES} bytes at most."


class BodyParser(BaseParser):
    """One JSON object in UTF-8; no body at all is an empty one."""

    media_type = "*/*"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        body = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge
        try:
            data = orjson.loads(body or b"{}")
        except orjson.JSONDecodeError:
            raise BadBody([ParameterError("body", "must be a JSON object in UTF-8")]) from None
        if not isinstance(data, dict):
            raise BadBody([ParameterError("body", "must be a JSON object")])
        return data
