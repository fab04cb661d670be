"""The duties of a deliverer: keep the leases, look what happened, save what came of it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from django.db import Error

from delivery.engine import store, tidying
from delivery.engine.deliverer import Deliverer
from delivery.engine.draining import CHECK_SECONDS, drain
from delivery.engine.leases import RENEW_SECONDS
from delivery.engine.loading import Loader
from delivery.engine.running import Running

logger = logging.getLogger(__name__)

SAVE_SECONDS = 0.25
BUSY_SECONDS, IDLE_SECONDS = 0.02, 0.05
"""Between two looks at the feed: while something changed in the last five seconds, and otherwise."""
BUSY_FOR_SECONDS = 5
TIDY_SECONDS = 30
RIGHTS_SECONDS = CHECK_SECONDS / 2


class Follower:
    """Where a deliverer looks on from."""

    def __init__(self, deliverer: Deliverer, seen_time: datetime, seen_number: int) -> None:
        self.deliverer = deliverer
        self.loader = Loader(deliverer)
        self.seen_time, self.seen_number = seen_time, seen_number
        self.is_ending = asyncio.Event()
        self._busy_until = 0.0
        self._tidied = 0

    async def renew(self) -> None:
        """Renew the leases, let go what is lost, and see to the subscriptions of shards that are new.

        A shard that was lost and taken again is new: another process may have delivered there meanwhile.
        """
        deliverer = self.deliverer
        await self._notice_failover()
        before = dict(deliverer.leases.fences)
        await deliverer.database_of_duties(deliverer.leases.renew, deliverer.busy_shards())
        for run in deliverer.running.values():
            run.is_over = run.is_over or deliverer.leases.fences.get(run.row.shard) != run.fence
            run.wake()
        gained = {number for number, fence in deliverer.leases.fences.items() if before.get(number) != fence}
        if gained:
            found = await deliverer.database_of_duties(store.index_of, gained)
            for pk, scope in found:
                deliverer.by_scope[scope].add(pk)
            deliverer.wake(pk for pk, _ in found)

    async def _notice_failover(self) -> None:
        """After a failover that lost the newest commits nothing in memory is true: load all anew."""
        deliverer, seen_time, seen_number = self.deliverer, self.seen_time, self.seen_number
        time_now, number_now = await deliverer.database_of_duties(store.start)
        if time_now >= seen_time and number_now >= seen_number:
            return
        logger.warning("the database has lost its newest commits; all subscriptions are loaded anew")
        self.seen_time, self.seen_number = time_now, number_now
        deliverer.lose_all()

    async def look(self) -> None:
        """Wake what moved, what was changed, and what has waited for its time."""
        deliverer, asked, seen = self.deliverer, time.monotonic(), (self.seen_time, self.seen_number)
        news = await deliverer.database_of_duties(store.look, *seen)
        was_blind = deliverer.is_blind
        deliverer.looks += 1
        pks = deliverer.timers.due(datetime.now(UTC))
        for pk, scope in filter(lambda changed: deliverer.holds(changed[0]), news.changed):
            deliverer.by_scope[scope].add(pk)
            pks.add(pk)
            self.loader.mark_changed(pk)
        for scope in list(deliverer.by_scope) if news.scopes is None else news.scopes:
            pks |= deliverer.by_scope.get(scope, set())
            self._busy_until = time.monotonic() + BUSY_FOR_SECONDS
        deliverer.wake(pks)
        if seen == (self.seen_time, self.seen_number):  # else a failover took us back meanwhile
            self.seen_time, self.seen_number = news.seen_time, news.seen_number
        if news.is_complete:
            deliverer.looked = asked
        if was_blind:
            for run in deliverer.running.values():
                run.wake()

    async def save(self) -> None:
        """Save after a while, or as soon as much is to be saved."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SAVE_SECONDS):
                await self.deliverer.must_save.wait()
        await self.deliverer.save()

    async def tidy(self) -> None:
        """Remove what nobody needs any more."""
        deliverer = self.deliverer
        shards = set(deliverer.leases.fences) - deliverer.leases.leaving
        await deliverer.database(tidying.remove_deleted, shards, set(deliverer.running))
        await deliverer.database(tidying.trim_attempts, deliverer.tried.take_busy())
        self._tidied = await deliverer.database(tidying.trim_next, shards, self._tidied)
        if 0 in shards:
            await deliverer.database(tidying.remove_old_attempts)

    def duties(self) -> list[asyncio.Task[None]]:
        """Each as a task of its own, so that none waits for another."""
        return [
            asyncio.create_task(self._keep(duty, pause))
            for duty, pause in (
                (self.renew, lambda: RENEW_SECONDS),
                (self.look, self._pause),
                (self.save, lambda: 0.0),
                (lambda: self.loader.load_due(self._start), lambda: 0.0),
                (self.loader.check_rights, lambda: RIGHTS_SECONDS),
                (self.tidy, lambda: TIDY_SECONDS),
            )
        ]

    def end(self) -> None:
        """Have the duties end, whatever they wait for."""
        self.is_ending.set()
        self.deliverer.has_due.set()
        self.deliverer.must_save.set()

    def _pause(self) -> float:
        return BUSY_SECONDS if time.monotonic() < self._busy_until else IDLE_SECONDS

    def _start(self, run: Running) -> None:
        self.deliverer.running[run.row.pk] = run
        task = asyncio.create_task(drain(self.deliverer, self.loader, run))
        self.deliverer.drains[run.row.pk] = task

    async def _keep(self, duty: Callable[[], Awaitable[None]], pause: Callable[[], float]) -> None:
        """Again and again. A database that is away ends nothing: without a lease nothing begins."""
        while not self.is_ending.is_set():
            try:
                await duty()
            except Error as error:
                logger.error("database away or too slow: %s", error)
                await asyncio.sleep(0.5)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause()):
                    await self.is_ending.wait()
