"""When subscriptions that are not in memory are to be looked at: one time for each."""

import heapq
from datetime import datetime


class Timers:
    """The soonest time that was set for each subscription, by its primary key."""

    def __init__(self) -> None:
        self._times: dict[int, datetime] = {}
        self._heap: list[tuple[datetime, int]] = []

    def __len__(self) -> int:
        return len(self._heap)

    def at(self, pk: int, when: datetime) -> None:
        """Look at it then, or sooner where that was asked for already."""
        if pk not in self._times or when < self._times[pk]:
            self._times[pk] = when
            heapq.heappush(self._heap, (when, pk))

    def due(self, now: datetime) -> set[int]:
        """Take those whose time has come."""
        found = set[int]()
        while self._heap and self._heap[0][0] <= now:
            when, pk = heapq.heappop(self._heap)
            if self._times.get(pk) == when:
                del self._times[pk]
                found.add(pk)
        return found
