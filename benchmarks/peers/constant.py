"""The server alone: a page's worth of the same bytes, without our front and without Django."""

from typing import Any

PAGE = b"[" + b" " * 170_000 + b"]"


async def application(scope: Any, proto: Any) -> None:
    """An RSGI application."""
    proto.response_bytes(200, [("Content-Type", "application/json")], PAGE)
