"""Names of receivers looked up in threads of their own: a name server that is silent delays no other name."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

MAX_LOOKUPS = 256
"""At once, of names that answered lately, and as many of others. The event loop's own threads are six on two
cores, and six silent names would stop everybody."""
QUICK_SECONDS = 1.0
MAX_QUICK = 20_000


class Names(AbstractResolver):
    """getaddrinfo. What it answers is not trusted: whoever opens a socket asks delivery.guard."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MAX_LOOKUPS, thread_name_prefix="names")
        self._others = ThreadPoolExecutor(MAX_LOOKUPS, thread_name_prefix="other names")
        self._quick = set[str]()
        """Names that answered within a second. However many others are silent, these wait behind none."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Its addresses. Raises OSError for a name that is not known."""
        threads = self._threads if host in self._quick else self._others
        self._quick.discard(host)  # until it answers
        loop = asyncio.get_running_loop()
        found, seconds = await loop.run_in_executor(threads, _timed, host, port, family)
        if seconds < QUICK_SECONDS and len(self._quick) < MAX_QUICK:
            self._quick.add(host)
        return [
            ResolveResult(
                hostname=host, host=_text(address), port=port, family=kind, proto=protocol, flags=_NUMERIC
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Wait for no lookup."""
        for threads in (self._threads, self._others):
            threads.shutdown(wait=False, cancel_futures=True)


_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


def _timed(host: str, port: int, family: socket.AddressFamily) -> tuple[list[Any], float]:
    """What `look_up` finds, and how long it took without the wait for a thread."""
    began = time.monotonic()
    return look_up(host, port, family), time.monotonic() - began


def look_up(host: str, port: int, family: socket.AddressFamily) -> list[Any]:
    """What the system says about a name. Blocks."""
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)


def _text(address: Any) -> str:
    """The address, with the zone of a link-local one."""
    zone = f"%{address[3]}" if len(address) == 4 and address[3] else ""
    return f"{address[0]}{zone}"
