"""Places for deliveries under way, handed out fairly: the least recently served subscription comes first."""

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import count
from typing import Protocol

MAX_PLACES = 2_000
MAX_SLOW_PLACES = MAX_PLACES // 2
"""For receivers whose last answer took longer than a second: they cannot take what the others need."""
MAX_OF_A_HOST = 64
MAX_BYTES = 64 * 1024 * 1024
"""Of bodies under way."""

SLOW, ALL = "slow places", "places"
"""What a client waits for, where it is not a connection to its host."""


class Client(Protocol):
    """A subscription that wants places."""

    is_slow: bool
    last_served: float
    host: str

    def wake(self) -> None:
        """A place may be free."""


@dataclass(frozen=True, slots=True)
class Place:
    """What was taken, as it is to be given back: the client may have changed meanwhile."""

    host: str
    size: int
    is_slow: bool


class Places:
    """Not for threads: everything happens on one event loop."""

    def __init__(self) -> None:
        self.taken = self.slow = self.bytes = 0
        self.of_host: Counter[str] = Counter()
        self._waiting: dict[tuple[str, str], list[tuple[float, int, Client]]] = defaultdict(list)
        self._is_waiting: set[int] = set()
        self._numbers = count()

    def take(self, client: Client, size: int) -> Place | None:
        """A place for a body of `size` bytes; or None, and the client is woken when one is free."""
        if lacking := self._lacking(client, size):
            self._wait(client, lacking)
            return None
        self.taken += 1
        self.slow += client.is_slow
        self.bytes += size
        self.of_host[client.host] += 1
        return Place(client.host, size, client.is_slow)

    def give_back(self, place: Place) -> None:
        """Free a place, and wake whoever was served least recently of those that wait for such a one."""
        self.taken -= 1
        self.slow -= place.is_slow
        self.bytes -= place.size
        self.of_host[place.host] -= 1
        if not self.of_host[place.host]:
            del self.of_host[place.host]
        for what in (("", ALL), ("", SLOW), (place.host, "")):
            self._wake_two(what)

    def _lacking(self, client: Client, size: int) -> tuple[str, str] | None:
        if self.of_host[client.host] >= MAX_OF_A_HOST:
            return client.host, ""
        if client.is_slow and self.slow >= MAX_SLOW_PLACES:
            return "", SLOW
        if self.taken >= MAX_PLACES or (self.taken and self.bytes + size > MAX_BYTES):
            return "", ALL
        return None

    def _wait(self, client: Client, what: tuple[str, str]) -> None:
        if id(client) not in self._is_waiting:
            self._is_waiting.add(id(client))
            heapq.heappush(self._waiting[what], (client.last_served, next(self._numbers), client))

    def _wake_two(self, what: tuple[str, str]) -> None:
        """Two, because one may have nothing to send any more."""
        waiting = self._waiting.get(what, [])
        for _ in range(min(2, len(waiting))):
            _, _, client = heapq.heappop(waiting)
            self._is_waiting.discard(id(client))
            client.wake()
        if not waiting:
            self._waiting.pop(what, None)
