"""The duties of a deliverer: keep the leases, look what happened, save what came of it."""

import asyncio
import heapq
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from django.db import Error

from delivery.engine import store
from delivery.engine.deliverer import Deliverer
from delivery.engine.draining import drain
from delivery.engine.leases import RENEW_SECONDS
from delivery.engine.running import Running

logger = logging.getLogger(__name__)

SAVE_SECONDS = 0.25
BUSY_SECONDS, IDLE_SECONDS = 0.02, 0.05
"""Between two looks at the feed: while something changed in the last five seconds, and otherwise."""
BUSY_FOR_SECONDS = 5


class Follower:
    """Where a deliverer looks on from."""

    def __init__(self, deliverer: Deliverer, seen_time: datetime, seen_number: int) -> None:
        self.deliverer = deliverer
        self.seen_time, self.seen_number = seen_time, seen_number
        self._busy_until = 0.0

    async def renew(self) -> None:
        """Renew the leases, let go what is lost, and see to the subscriptions of shards that are new."""
        deliverer = self.deliverer
        before = set(deliverer.leases.fences)
        await deliverer.database(deliverer.leases.renew)
        gained = set(deliverer.leases.fences) - before
        for run in deliverer.running.values():
            if not deliverer.holds(run.row.pk):
                run.is_over = True
                run.wake()
        if gained:
            found = await deliverer.database(store.index_of, gained)
            for pk, scope in found:
                deliverer.by_scope[scope].add(pk)
            await deliverer.wake([pk for pk, _ in found], self._start)

    async def look(self) -> None:
        """Wake what moved, what was changed, and what has waited for its time."""
        deliverer = self.deliverer
        news = await deliverer.database(store.look, self.seen_time, self.seen_number)
        pks = set[int]()
        for pk, scope in news.changed:
            if deliverer.holds(pk):
                deliverer.by_scope[scope].add(pk)
                pks.add(pk)
                if pk in deliverer.running:
                    deliverer.running[pk].must_reload = True
        for scope in list(deliverer.by_scope) if news.scopes is None else news.scopes:
            pks |= deliverer.by_scope.get(scope, set())
            self._busy_until = time.monotonic() + BUSY_FOR_SECONDS
        now = datetime.now(UTC)
        while deliverer.timers and deliverer.timers[0][0] <= now:
            pks.add(heapq.heappop(deliverer.timers)[1])
        await deliverer.wake(pks, self._start)
        self.seen_time, self.seen_number = news.seen_time, news.seen_number

    async def keep_renewing(self) -> None:
        await self._keep(self.renew, lambda: RENEW_SECONDS)

    async def keep_looking(self) -> None:
        await self._keep(self.look, self._pause)

    async def keep_saving(self) -> None:
        await self._keep(self.deliverer.save, lambda: SAVE_SECONDS)

    def _pause(self) -> float:
        return BUSY_SECONDS if time.monotonic() < self._busy_until else IDLE_SECONDS

    def _start(self, run: Running) -> None:
        task = asyncio.create_task(drain(self.deliverer, run))
        self.deliverer.drains[run.row.pk] = task

    async def _keep(self, duty: Callable[[], Awaitable[None]], pause: Callable[[], float]) -> None:
        """Again and again. A database that is away ends nothing: without a lease nothing begins."""
        while True:
            await asyncio.sleep(pause())
            try:
                await duty()
            except Error as error:
                logger.error("database away or too slow: %s", error)
                await asyncio.sleep(0.5)


async def deliver(deliverer: Deliverer, stopping: asyncio.Event, *, once: bool = False) -> None:
    """Deliver until `stopping` is set, or with `once` until nothing is left to do now."""
    follower = Follower(deliverer, *await deliverer.database(store.start))
    await follower.renew()
    duties = [follower.keep_renewing, follower.keep_looking, follower.keep_saving]
    tasks = [asyncio.create_task(duty()) for duty in duties]
    ending = asyncio.create_task(_until_idle(deliverer) if once else _until(stopping))
    try:
        done, _ = await asyncio.wait([*tasks, ending], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*done)
    finally:
        for task in [*tasks, ending]:
            task.cancel()
        await asyncio.gather(*tasks, ending, return_exceptions=True)
        await deliverer.let_go()


async def _until(stopping: asyncio.Event) -> None:
    await stopping.wait()


async def _until_idle(deliverer: Deliverer) -> None:
    """Until no subscription in memory has anything to do now."""
    while True:
        await asyncio.sleep(0.05)
        now = datetime.now(UTC)
        runs = deliverer.running.values()
        if all(run.is_idle or _waits(run, now) for run in runs):
            return


def _waits(run: Running, now: datetime) -> bool:
    when = run.next_event()
    return not run.under_way and not run.is_dirty and when is not None and when > now
