"""The server alone: a page's worth of the same bytes, without Django."""

from collections.abc import Callable, Iterable
from typing import Any

PAGE = b"[" + b" " * 170_000 + b"]"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]
