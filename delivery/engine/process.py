"""A deliverer from its start to its end."""

import asyncio
import logging
from datetime import UTC, datetime

from django.db import Error

from delivery.engine import store
from delivery.engine.deliverer import Deliverer
from delivery.engine.following import Follower
from delivery.engine.waiting import next_work

GRACE_SECONDS, BLIND_GRACE_SECONDS = 12, 8
"""For what is under way, when told to stop; the rest of fifteen is for saving, longer without a database."""

logger = logging.getLogger(__name__)


async def deliver(deliverer: Deliverer, stopping: asyncio.Event, *, once: bool = False) -> None:
    """Deliver until `stopping` is set, or with `once` until nothing is left to do now."""
    follower = Follower(deliverer, *await deliverer.database(store.start))
    await follower.renew()
    duties = follower.duties()
    ending = asyncio.create_task(_until_idle(deliverer) if once else _until(stopping))
    try:
        done, _ = await asyncio.wait([*duties, ending], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*done)
    finally:
        await _finish_sending(deliverer)
        follower.end()
        await asyncio.wait(duties, timeout=0.5)  # a call of the database is not cut, where it can be helped
        for task in [*duties, ending]:
            task.cancel()
        await asyncio.gather(*duties, ending, return_exceptions=True)
        await _let_go(deliverer)


async def _until(stopping: asyncio.Event) -> None:
    await stopping.wait()


async def _until_idle(deliverer: Deliverer) -> None:
    """Until no subscription has anything to do now."""
    while True:
        await asyncio.sleep(0.05)
        now = datetime.now(UTC)
        times = [next_work(run, now) for run in deliverer.running.values()]
        if deliverer.looks and not deliverer.is_loading and not any(when and when <= now for when in times):
            return


async def _finish_sending(deliverer: Deliverer) -> None:
    """Begin nothing any more, and wait for what is under way."""
    deliverer.is_stopping = True
    if deliverer.sends:
        grace = BLIND_GRACE_SECONDS if deliverer.is_blind else GRACE_SECONDS
        await asyncio.wait(list(deliverer.sends), timeout=grace)


async def _let_go(deliverer: Deliverer) -> None:
    """Cut what is still under way, so that another process may begin it; save; give the leases back."""
    tasks = [*deliverer.sends, *deliverer.drains.values()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    try:
        await _save_all(deliverer)
        await deliverer.database_of_duties(deliverer.leases.give_back)
    except Error as error:
        logger.error("the leases end by themselves, because the database is away: %s", error)
    deliverer.database.end()
    deliverer.database_of_duties.end()


async def _save_all(deliverer: Deliverer) -> None:
    """Also those that somebody is just changing; for a second, because others wait for the leases."""
    for _ in range(10):
        await deliverer.save()
        if not any(run.is_dirty for run in deliverer.running.values()):
            return
        await asyncio.sleep(0.1)
