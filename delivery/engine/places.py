"""Places for deliveries under way, handed out fairly: the least recently served subscription comes first."""

import heapq
from collections import Counter
from itertools import count
from typing import Protocol

MAX_PLACES = 2_000
MAX_SLOW_PLACES = MAX_PLACES // 2
"""For receivers whose last answer took longer than a second: they cannot take what the others need."""
MAX_OF_A_HOST = 64
MAX_BYTES = 64 * 1024 * 1024
"""Of bodies under way."""


class Client(Protocol):
    """A subscription that wants places."""

    is_slow: bool
    last_served: float

    @property
    def host(self) -> str:
        """Whose connections it takes."""

    def wake(self) -> None:
        """A place may be free."""


class Places:
    """Not for threads: everything happens on one event loop."""

    def __init__(self) -> None:
        self.taken = self.slow = self.bytes = 0
        self.of_host: Counter[str] = Counter()
        self._waiting: list[tuple[float, int, Client]] = []
        self._is_waiting: set[int] = set()
        self._numbers = count()

    def take(self, client: Client, size: int) -> bool:
        """Take a place for a body of `size` bytes; otherwise the client is woken when one is free."""
        is_free = (
            self.taken < MAX_PLACES
            and (not client.is_slow or self.slow < MAX_SLOW_PLACES)
            and self.of_host[client.host] < MAX_OF_A_HOST
            and (self.bytes + size <= MAX_BYTES or not self.taken)
        )
        if not is_free:
            if id(client) not in self._is_waiting:
                self._is_waiting.add(id(client))
                heapq.heappush(self._waiting, (client.last_served, next(self._numbers), client))
            return False
        self.taken += 1
        self.slow += client.is_slow
        self.bytes += size
        self.of_host[client.host] += 1
        return True

    def give_back(self, client: Client, size: int, *, was_slow: bool) -> None:
        """Free a place, and wake whoever was served least recently of those that wait."""
        self.taken -= 1
        self.slow -= was_slow
        self.bytes -= size
        self.of_host[client.host] -= 1
        if not self.of_host[client.host]:
            del self.of_host[client.host]
        for _ in range(min(2, len(self._waiting))):  # the first may wait for its own host
            _, _, waiting = heapq.heappop(self._waiting)
            self._is_waiting.discard(id(waiting))
            waiting.wake()
