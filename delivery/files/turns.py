"""The turns that are under way in one process, and who has the next: nobody waits for a dead receiver."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from delivery.files.claiming import Due
from delivery.files.freezing import Lease

MAX_TURNS = 200
MAX_FAILING = MAX_TURNS // 2
"""Turns of subscriptions whose last try failed."""
MAX_OF_HOST = 64


@dataclass
class Turn:
    """A subscription that is being served. `change_number` is None until its row is read."""

    due: Due
    lease: Lease
    change_number: int | None = None
    is_over: bool = False


class Turns:
    """Only the main loop adds to them; each thread takes away its own."""

    def __init__(self) -> None:
        self.under_way: dict[int, Turn] = {}
        self._resting: dict[int, float] = {}
        self._served = set[int]()

    def __len__(self) -> int:
        return len(self.under_way)

    def all(self) -> list[Turn]:
        """Those of this moment."""
        return list(self.under_way.values())

    def busy_shards(self) -> set[int]:
        """Where something is under way."""
        return {turn.lease.shard for turn in self.all()}

    def take_served(self) -> set[int]:
        """Who had a turn since this was asked for last."""
        served, self._served = self._served, set()
        return served

    def without(self) -> set[int]:
        """Who has no other turn now: it has one, or rests."""
        now = time.monotonic()
        self._resting = {pk: until for pk, until in self._resting.items() if until > now}
        return {*self.under_way, *self._resting}

    def chosen(self, found: Iterable[Due]) -> list[Due]:
        """Those of the subscriptions that there are places for, beside what is under way."""
        taken = [turn.due for turn in self.all()]
        failing, hosts = sum(due.is_failing for due in taken), Counter(due.host for due in taken)
        chosen = list[Due]()
        for due in found:
            if len(taken) + len(chosen) >= MAX_TURNS:
                break
            if hosts[due.host] < MAX_OF_HOST and not (due.is_failing and failing >= MAX_FAILING):
                chosen.append(due)
                hosts[due.host] += 1
                failing += due.is_failing
        return chosen

    def end(self, turn: Turn, rest: float) -> None:
        """It is over; the subscription has no other one for so many seconds."""
        if rest:
            self._resting[turn.due.pk] = time.monotonic() + rest
        self._served.add(turn.due.pk)
        del self.under_way[turn.due.pk]
