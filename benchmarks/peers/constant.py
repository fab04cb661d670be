"""The server alone: a page's worth of the same bytes, without our front and without Django."""

from typing import Any

PAGE = b"[" + b" " * 170_000 + b"]"


async def application(scope: Any, protocol: Any) -> None:
    """An RSGI application."""
    protocol.response_bytes(200, [("content-type", "application/json")], PAGE)
