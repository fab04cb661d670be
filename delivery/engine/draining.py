"""One subscription while it has something to do: read on, send, wait, until nothing is left."""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime

from django.db import Error

from delivery import pace
from delivery.engine import store
from delivery.engine.deliverer import Deliverer
from delivery.engine.loading import Loader
from delivery.engine.running import Running
from delivery.engine.sending import begin
from delivery.engine.terms import passes
from delivery.engine.track import key_of
from delivery.engine.waiting import LINGER_SECONDS, may_leave, next_event, next_work
from delivery.gaps import RESYNC_REQUIRED

logger = logging.getLogger(__name__)

READ_BELOW = 50
"""Open orders; with fewer the next page is read."""
MAX_OFFERED = 100
"""Held orders that are read at once, so that nobody waits long for a thread of the database."""
CHECK_SECONDS = 5
"""Rights are looked up again after this, while a subscription stays in memory; mostly for all at once."""


async def drain(deliverer: Deliverer, loader: Loader, run: Running) -> None:
    """Deliver until there has been nothing to do for a while, or the subscription is not ours any more."""
    again = 0.0
    try:
        await _drain(deliverer, loader, run)
    except Exception:
        logger.exception("subscription %s stops for a while", run.row.public_id)
        run.is_over, again = True, 60.0
    finally:
        await _finish(deliverer, run)
        deliverer.forget(run, again)


async def _finish(deliverer: Deliverer, run: Running) -> None:
    """Wait for what is under way, and have it saved: what was tried is kept even where the lease is lost."""
    while not deliverer.is_stopping and (run.under_way or run.is_dirty or run.is_saving):
        if run.under_way:
            run.event.clear()
            await run.event.wait()
            continue
        with suppress(Error):  # the duty that saves has said so
            await deliverer.save()
        if run.is_dirty:
            await asyncio.sleep(0.2)


async def _drain(deliverer: Deliverer, loader: Loader, run: Running) -> None:
    resting_since = None
    while not run.is_over and not deliverer.is_stopping:
        run.event.clear()
        now = datetime.now(UTC)
        try:
            await _refresh(deliverer, loader, run)
            await _read_on(deliverer, loader, run, now)
            begin(deliverer, run)
        except Error as error:
            logger.error("database away or too slow: %s", error)
            await asyncio.sleep(0.5)
            continue
        when = next_work(run, datetime.now(UTC))
        rests = when is None or (when - now).total_seconds() > LINGER_SECONDS
        resting_since = (resting_since or time.monotonic()) if rests else None
        rested = time.monotonic() - resting_since if resting_since else 0.0
        if rested > LINGER_SECONDS and run.may_work:
            for key in list(run.retry):  # the tries of an order that is held are kept
                run.put_aside(run.track.open[key], now)
        if may_leave(run, rested, len(deliverer.running)):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_seconds_until_next(run, now)):
                await run.event.wait()


async def _refresh(deliverer: Deliverer, loader: Loader, run: Running) -> None:
    """Take in a change of the row, and look up the rights again, when either is due.

    What is in memory is saved before a changed row is read; nothing begins meanwhile.
    """
    while not run.is_over and (run.must_reload or time.monotonic() - run.checked >= CHECK_SECONDS):
        asked, changes, must_reload = time.monotonic(), run.changes_seen, run.must_reload
        if must_reload:
            await deliverer.save()
        loaded = await loader.reread(run.row.pk)
        if loaded is None:
            run.is_over = True
        elif not must_reload and loaded[0].change_number != run.row.change_number:
            run.mark_changed()
        elif not must_reload:
            run.check_rights(loaded[0])
            run.checked = asked
        elif not run.is_dirty and not run.is_saving:
            run.reload(*loaded)
            run.changes_read, run.checked = changes, asked
        else:
            await asyncio.sleep(0.02)  # somebody is changing it again, or an answer came


async def _read_on(deliverer: Deliverer, loader: Loader, run: Running, now: datetime) -> None:
    """Read the next page when few orders are open; and the held orders whose time has come."""
    if not run.may_work or run.state.is_stopped(now):
        return
    if run.has_more and len(run.track.open) < READ_BELOW and not run.holding.is_full:
        run.has_more, run.is_reading = False, True
        try:
            read = await loader.pages.read(run.row.scope, run.track.read_until, is_behind=run.track.is_behind)
        except BaseException:
            run.has_more = True
            raise
        finally:
            run.is_reading = False
        if read.has_gap:
            run.state, run.is_dirty = pace.State(disabled=RESYNC_REQUIRED), True
            return
        run.load(read.rows, read.until, now)
        run.track.is_behind = read.has_more
        run.has_more = run.has_more or read.has_more
    if not run.holding.has_offered and (due := run.holding.due(now, run.under_way)[:MAX_OFFERED]):
        found = await deliverer.database(store.held_rows, run.row.scope, due)
        held, wanted = run.holding.orders, run.row.order_status
        resent = {key for key in due if key in held and held[key].resent}
        passing = {key_of(row): row for row in found if key_of(row) in resent or passes(row, wanted)}
        run.holding.offer(due, passing)


def _seconds_until_next(run: Running, now: datetime) -> float:
    """Until something may be sent, or the rights are due. `now` is from before the last look."""
    waits = [max(0.0, CHECK_SECONDS - (time.monotonic() - run.checked)) + 0.01]
    if run.next_slot > time.monotonic():
        waits.append(run.next_slot - time.monotonic())
    when = next_event(run, now)
    if when:
        waits.append(max(0.0, (when - datetime.now(UTC)).total_seconds()) + 0.005)
    return min(waits)
