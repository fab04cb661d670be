"""aiohttp's connections to receivers: guarded, without proxies, cookies and redirects."""

import socket
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp.connector import Connection

from delivery import guard
from delivery.names import Names

CONNECT_SECONDS = 3
KEEP_SECONDS = 30


class NotBegun(Exception):
    """It may not begin any more: the lease is over, or is another process's."""


@dataclass
class Flight:
    """One request: whether it may still begin, and what became known about its connection."""

    may_begin: Callable[[], bool]
    refused: list[str] = field(default_factory=list)
    was_tried: bool = False
    is_connected: bool = False
    was_kept: bool = False
    is_opened: bool = True


flying: ContextVar[Flight] = ContextVar("flying")
"""Of the request that the current task makes."""


class AddressRefused(OSError):
    """We do not connect there."""


class Guarded(aiohttp.TCPConnector):
    """Connects where delivery.guard lets it, and asks last before the first byte whether it may begin."""

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """A new or a kept connection. Raises NotBegun."""
        connection = await super().connect(req, traces, timeout)
        flight = flying.get()
        flight.is_connected, flight.was_kept = True, not flight.was_tried
        peer = connection.transport and connection.transport.get_extra_info("peername")
        flight.is_opened = not peer or guard.is_opened(peer[0])
        if not flight.may_begin():
            connection.close()
            raise NotBegun
        return connection


def new_session(*, is_fresh: bool = False) -> aiohttp.ClientSession:
    """A session for all receivers; with `is_fresh` every request has a connection of its own.

    How many connections there are is decided by delivery.engine.places.
    """
    connector = Guarded(
        limit=0,
        resolver=Names(),
        socket_factory=_guarded,
        force_close=is_fresh,
        keepalive_timeout=None if is_fresh else KEEP_SECONDS,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=CONNECT_SECONDS),
        headers={"User-Agent": "acommerce-status", "Accept-Encoding": "identity"},
        trust_env=False,
        auto_decompress=False,
    )


def _guarded(info: Any) -> socket.socket:
    """A socket for an address that we may connect to, named or literal. Raises AddressRefused."""
    family, kind, protocol, _, address = info
    flight = flying.get()
    if reason := guard.why_not(address[0]):
        flight.refused.append(reason)
        raise AddressRefused(reason)
    flight.was_tried = True
    opened = socket.socket(family=family, type=kind, proto=protocol)
    opened.setblocking(False)
    return opened
