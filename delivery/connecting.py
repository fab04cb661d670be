"""aiohttp's connections to receivers: guarded, without proxies, cookies and redirects."""

import socket
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from delivery import guard

CONNECT_SECONDS = 3
KEEP_SECONDS = 30


class NotBegun(Exception):
    """It may not begin any more: the lease is over, or is another process's."""


@dataclass
class Flight:
    """One request: whether it may still begin, and what became known about its connection."""

    may_begin: Callable[[], bool]
    refused: list[str] = field(default_factory=list)
    is_connected: bool = False
    was_kept: bool = False
    is_opened: bool = False


flying: ContextVar[Flight] = ContextVar("flying")
"""Of the request that the current task makes."""


class AddressRefused(OSError):
    """We do not connect there."""


def new_session() -> aiohttp.ClientSession:
    """A session for all receivers. How many connections there are is decided by delivery.engine.places."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(_connected)
    trace.on_connection_reuseconn.append(_kept)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_SECONDS, socket_factory=_guarded),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        headers={"User-Agent": "acommerce-status", "Accept-Encoding": "identity"},
        trust_env=False,
        auto_decompress=False,
        trace_configs=[trace],
    )


def _guarded(info: Any) -> socket.socket:
    """A socket for an address that we may connect to, named or literal. Raises AddressRefused."""
    family, kind, protocol, _, address = info
    flight = flying.get()
    if reason := guard.why_not(address[0]):
        flight.refused.append(reason)
        raise AddressRefused(reason)
    flight.is_opened = guard.is_opened(address[0])
    opened = socket.socket(family=family, type=kind, proto=protocol)
    opened.setblocking(False)
    return opened


async def _connected(session: Any, context: Any, parameters: Any) -> None:
    """The last moment before the first byte of a request."""
    flight = flying.get()
    flight.is_connected = True
    if not flight.may_begin():
        raise NotBegun


async def _kept(session: Any, context: Any, parameters: Any) -> None:
    flying.get().was_kept = True
    await _connected(session, context, parameters)
