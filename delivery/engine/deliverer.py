"""What one process delivers: the subscriptions of the shards that it leases, on one event loop."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from callers.models import Scope
from delivery.engine import store
from delivery.engine.changing import put_back, settle, take_changes
from delivery.engine.leases import Leases
from delivery.engine.places import Places
from delivery.engine.running import Running
from delivery.engine.saving import save
from delivery.engine.threads import Threads
from delivery.engine.tidying import Tried
from delivery.engine.timers import Timers
from delivery.engine.waiting import next_work
from delivery.transport import Transport

MAX_UNSAVED = 500
"""Answers; with more of them we save at once."""
NO_FENCE = -1
MAX_BLIND_SECONDS = 0.9
"""Nothing begins when it is longer ago that we saw which subscriptions were changed."""


class Deliverer:
    """All but the calls to the database happens on one event loop, so nothing here is locked."""

    def __init__(self, leases: Leases, transports: dict[str, Transport]) -> None:
        self.leases = leases
        self.transports = transports
        self.places = Places()
        self.running: dict[int, Running] = {}
        self.drains: dict[int, asyncio.Task[None]] = {}
        self.sends = set[asyncio.Task[None]]()
        self.by_scope: dict[Scope, set[int]] = defaultdict(set)
        self.due = set[int]()
        self.has_due = asyncio.Event()
        self.must_save = asyncio.Event()
        self.unsaved = 0
        self.tried = Tried()
        self.loading = 0
        self.timers = Timers()
        self.is_stopping = False
        self.looks = 0
        self.looked = float("-inf")
        self.database = Threads(4)
        self.database_of_duties = Threads(3)
        """Leases, looking and saving wait behind nothing that subscriptions read."""
        self._saving = asyncio.Lock()

    def holds(self, pk: int) -> bool:
        """Whether this subscription is one of ours."""
        return store.shard_of(pk) in self.leases.fences

    def remaining(self, run: Running) -> float:
        """Seconds for which a delivery may still begin and go on."""
        return self.leases.remaining(run.row.shard, run.fence)

    @property
    def is_blind(self) -> bool:
        """Whether subscriptions may have been changed without our noticing."""
        return time.monotonic() - self.looked > MAX_BLIND_SECONDS

    def wake(self, pks: Iterable[int]) -> None:
        """See to these subscriptions: those in memory look again, others are loaded and started if due."""
        for pk in filter(self.holds, pks):
            if pk in self.running:
                self.running[pk].has_more = True
                self.running[pk].wake()
            else:
                self.due.add(pk)
                self.has_due.set()

    def busy_shards(self) -> set[int]:
        """Where something is under way, or not saved."""
        runs = self.running.values()
        return {run.row.shard for run in runs if run.under_way or run.is_dirty or run.is_saving}

    async def save(self) -> None:
        """Save what changed. Subscriptions that are another process's by now, or began anew, are let go.

        Attempts and held orders are saved with the positions, in one transaction. What fails to be saved is
        saved the next time.
        """
        async with self._saving:
            self.unsaved = 0
            self.must_save.clear()
            changed = [run for run in self.running.values() if run.is_dirty]
            if not changed:
                return
            changes = [take_changes(run) for run in changed]
            try:
                saved = await self.database_of_duties(save, self.leases.owner, changes)
            except BaseException:
                for run, change in zip(changed, changes, strict=True):
                    put_back(run, change)
                raise
            finally:
                for run in changed:
                    run.is_saving = False
            settle(changed, changes, saved)

    @property
    def is_loading(self) -> bool:
        """Whether subscriptions that are due are not in memory yet."""
        return bool(self.due or self.loading)

    def count_answer(self, run: Running) -> None:
        """One more that is not saved."""
        self.unsaved += 1
        self.tried.count(run.row.pk)
        if self.unsaved >= MAX_UNSAVED:
            self.must_save.set()

    def lose_all(self) -> None:
        """As if every lease were lost: nothing in memory is saved, and all of it is loaded anew."""
        for run in self.running.values():
            run.fence, run.is_over = NO_FENCE, True
            run.wake()
        self.wake(pk for pks in self.by_scope.values() for pk in pks)

    def forget(self, run: Running, after: float = 0.0) -> None:
        """The subscription is not in memory any more; its next change, or the end of its wait, loads it.

        One that is over but still ours is loaded again, `after` seconds from now.
        """
        if self.is_stopping or self.running.get(run.row.pk) is not run:
            return
        del self.running[run.row.pk]
        self.drains.pop(run.row.pk, None)
        now = datetime.now(UTC)
        when = now + timedelta(seconds=after) if run.is_over or after else next_work(run, now)
        if run.row.deleted:
            self.by_scope[run.row.scope].discard(run.row.pk)
        elif when and self.holds(run.row.pk):
            self.timers.at(run.row.pk, when)
