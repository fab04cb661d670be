"""What goes wrong inside a publisher, and what it would be without the lock of the feed clock.

A platform delivers at least once: what was rolled back is published again.
"""

import random
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from django.db import connection

from orders.models import FeedClock
from orders.publishing.batch import Batch
from orders.publishing.ingest import Summary
from testbed.events import Fields

HELD_EACH = 16
HELD_SECONDS = 2.0
ROLLED_BACK_EACH = 20
PAUSED_EACH = 4
PAUSE_SECONDS = 0.1


class RolledBack(Exception):
    """The fault that is injected: the transaction ends without a trace."""


class Misbehaviour:
    """While it is entered, some transactions of this process are slow, are held open, or are rolled back.

    One in four pauses between reading the clock and moving it. One in 16 is held for up to two seconds, by
    turns before it takes the clock and after everything is written. 5 % are rolled back at the very end.
    """

    def __init__(self, seed: int) -> None:
        self.done = {"held": 0, "rolledBack": 0}
        self._chance = random.Random(seed)
        self._number = seed * 3
        self._rolled_back_at = self._number // ROLLED_BACK_EACH * ROLLED_BACK_EACH
        self._write = Batch.write

    def __enter__(self) -> None:
        misbehaviour = self

        def write(batch: Batch) -> None:
            misbehaviour.write(batch)

        Batch.write = write  # type: ignore[method-assign, assignment]  # the seam of the faults
        connection.execute_wrappers.append(self.pause)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        Batch.write = self._write  # type: ignore[method-assign]  # as above
        connection.execute_wrappers.remove(self.pause)

    def write(self, batch: Batch) -> None:
        """In place of `Batch.write`."""
        self._number += 1
        late = self._number // HELD_EACH % 2
        if not late:
            self._hold()
        self._write(batch)
        if late:
            self._hold()
        # One that is due stays due where the database refused the transaction that it would have hit.
        if self._number - self._rolled_back_at >= ROLLED_BACK_EACH:
            self._rolled_back_at += ROLLED_BACK_EACH
            self.done["rolledBack"] += 1
            raise RolledBack

    def pause(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        """Around each statement, as Django's `execute_wrapper` has it."""
        if sql.startswith('UPDATE "orders_feedclock"') and self._number % PAUSED_EACH == 0:
            time.sleep(self._chance.uniform(0, PAUSE_SECONDS))
        return execute(sql, *arguments)

    def _hold(self) -> None:
        if self._number % HELD_EACH == 0:
            self.done["held"] += 1
            time.sleep(self._chance.uniform(HELD_SECONDS / 4, HELD_SECONDS))


def until_committed(publish: Callable[..., Summary], events: Sequence[Fields]) -> Summary:
    """Publish them as one, again and again until it was not rolled back."""
    while True:
        try:
            return publish(events, batch_size=len(events))
        except RolledBack:
            continue


def take_the_lock_out() -> None:
    """As if `select_for_update()` were not there in FeedClock.advance."""
    FeedClock.objects.select_for_update = FeedClock.objects.all  # type: ignore[method-assign, assignment]
