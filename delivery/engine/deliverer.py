"""What one process delivers: the subscriptions of the shards that it leases, on one event loop."""

import asyncio
import heapq
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import ParamSpec, TypeVar

from django.db import connections

from callers.models import Scope
from delivery.engine import store
from delivery.engine.changing import put_back, take_changes
from delivery.engine.leases import Leases
from delivery.engine.places import Places
from delivery.engine.running import Running
from delivery.engine.saving import save
from delivery.models import HeldOrder
from delivery.transport import Transport

LOADED_AT_ONCE = 500
GRACE_SECONDS = 15
"""For what is under way, when told to stop."""

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Deliverer:
    """All but the calls to the database happens on one event loop, so nothing here is locked."""

    def __init__(self, owner: str, transports: dict[str, Transport]) -> None:
        self.leases = Leases(owner)
        self.transports = transports
        self.places = Places()
        self.running: dict[int, Running] = {}
        self.drains: dict[int, asyncio.Task[None]] = {}
        self.by_scope: dict[Scope, set[int]] = defaultdict(set)
        self.is_stopping = False
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="database")
        self._saving = asyncio.Lock()
        self._reading: dict[tuple[Scope, datetime], asyncio.Future[store.Read]] = {}
        self.timers: list[tuple[datetime, int]] = []

    async def database(self, call: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
        """A call of the store in a thread; its connection goes back to the pool."""

        def calling() -> Answer:
            try:
                return call(*args, **kwargs)
            finally:
                connections.close_all()

        return await asyncio.get_running_loop().run_in_executor(self._threads, calling)

    def holds(self, pk: int) -> bool:
        """Whether this subscription is one of ours."""
        return store.shard_of(pk) in self.leases.fences

    async def wake(self, pks: Iterable[int], start: Callable[[Running], None]) -> None:
        """See to these subscriptions: those in memory look again, others are loaded and started if due."""
        absent = []
        for pk in filter(self.holds, pks):
            if pk in self.running:
                self.running[pk].has_more = True
                self.running[pk].wake()
            else:
                absent.append(pk)
        for first in range(0, len(absent), LOADED_AT_ONCE):
            rows = await self.database(store.load_due, absent[first : first + LOADED_AT_ONCE])
            held: dict[int, list[HeldOrder]] = defaultdict(list)
            for order in await self.database(store.held_of, [row.pk for row in rows]):
                held[order.subscription_id].append(order)
            for row in rows:
                if row.pk not in self.running and not self.is_stopping:
                    self.running[row.pk] = Running.of(row, held[row.pk])
                    start(self.running[row.pk])

    async def save(self) -> None:
        """Save what changed. Subscriptions that are another process's by now, or began anew, are let go.

        Attempts and held orders are saved with the positions, in one transaction. What fails to be saved is
        saved the next time.
        """
        async with self._saving:
            changed = [run for run in self.running.values() if run.is_dirty and self.holds(run.row.pk)]
            if not changed:
                return
            changes = [take_changes(run, self.leases.fences[run.row.shard]) for run in changed]
            try:
                saved = await self.database(save, self.leases.owner, changes)
            except BaseException:
                for run, change in zip(changed, changes, strict=True):
                    put_back(run, change)
                raise
            for run in changed:
                if run.row.pk not in saved:
                    run.is_over = True
                    run.wake()

    async def read_page(self, scope: Scope, since: datetime) -> store.Read:
        """The next page of a scope; one for all subscriptions that ask for it at the same time."""
        asked = self._reading.get((scope, since))
        if asked is None:
            asked = asyncio.ensure_future(self.database(store.read_page, scope, since))
            self._reading[scope, since] = asked
            asked.add_done_callback(lambda _: self._reading.pop((scope, since), None))
        return await asyncio.shield(asked)

    def forget(self, run: Running) -> None:
        """The subscription is not in memory any more; its next change, or the end of its wait, loads it."""
        if self.running.get(run.row.pk) is run:
            del self.running[run.row.pk]
            self.drains.pop(run.row.pk, None)
            if run.may_work and (when := run.next_event()):
                heapq.heappush(self.timers, (when, run.row.pk))

    async def let_go(self) -> None:
        """End: nothing begins any more, what is under way has 15 seconds, then leases are given back."""
        self.is_stopping = True
        deadline = time.monotonic() + GRACE_SECONDS
        while any(run.under_way for run in self.running.values()) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        await self.save()
        for task in [*self.drains.values()]:
            task.cancel()
        await asyncio.gather(*self.drains.values(), return_exceptions=True)
        await self.database(self.leases.give_back)
        self._threads.shutdown()
