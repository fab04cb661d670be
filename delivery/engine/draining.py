"""One subscription while it has something to do: read on, send, wait, until nothing is left."""

import asyncio
import logging
import time
from collections.abc import Sized
from contextlib import suppress
from datetime import UTC, datetime

from django.db import Error

from delivery.engine import store
from delivery.engine.answers import answered
from delivery.engine.deliverer import Deliverer
from delivery.engine.running import Running
from delivery.engine.track import key_of
from orders.forms import Row
from wire.times import EARLIEST

logger = logging.getLogger(__name__)

READ_BELOW = 50
"""Open orders; with fewer the next page is read."""
CHECK_SECONDS = 5
"""Rights are looked up again after this, while a subscription stays in memory."""
LINGER_SECONDS = 5
"""How long a subscription without work stays in memory."""


async def drain(deliverer: Deliverer, run: Running) -> None:
    """Deliver until there has been nothing to do for a while, or the subscription is not ours any more."""
    idle_since = None
    try:
        while not run.is_over and not deliverer.is_stopping:
            run.event.clear()
            try:
                await _refresh(deliverer, run)
                await _read_on(deliverer, run)
                await _begin(deliverer, run)
            except Error as error:
                logger.error("database away or too slow: %s", error)
                await asyncio.sleep(0.5)
                continue
            idle_since = (idle_since or time.monotonic()) if run.is_idle else None
            if idle_since and time.monotonic() - idle_since > LINGER_SECONDS and not _soon(run):
                break
            with suppress(TimeoutError):
                async with asyncio.timeout(_seconds_until_next(run)):
                    await run.event.wait()
    finally:
        if not run.under_way:
            deliverer.forget(run)


async def _refresh(deliverer: Deliverer, run: Running) -> None:
    """Take in a change of the row, and look up the rights again, when either is due."""
    if not run.must_reload and time.monotonic() - run.checked < CHECK_SECONDS:
        return
    run.must_reload, run.checked = False, time.monotonic()
    rows = await deliverer.database(store.load, [run.row.pk])
    held = await deliverer.database(store.held_of, [run.row.pk])
    if not rows:
        run.is_over = True
    else:
        run.reload(rows[0], held)


async def _read_on(deliverer: Deliverer, run: Running) -> None:
    """Read the next page when few orders are open; and the held orders whose time has come."""
    if run.has_more and len(run.track.open) < READ_BELOW and run.may_work:
        run.has_more = False
        try:
            read = await deliverer.read_page(run.row.scope, run.track.read_until)
        except BaseException:
            run.has_more = True
            raise
        run.load(read.rows, read.until)
        run.has_more = run.has_more or read.has_more
    now = datetime.now(UTC)
    if run.may_work and (due := run.holding.due(now, run.under_way)) and run.state.may_send(now, 0):
        found = await deliverer.database(store.held_rows, run.row.scope, due)
        run.holding.offer(due, {key_of(row): row for row in found})


async def _begin(deliverer: Deliverer, run: Running) -> None:
    """Begin as many deliveries as may be under way."""
    transport = deliverer.transports[run.row.mechanism]
    while run.may_work and not deliverer.is_stopping:
        now = datetime.now(UTC)
        if deliverer.leases.remaining(run.row.shard) <= transport.limit_seconds:
            return
        if not run.state.may_send(now, len(run.under_way)) or time.monotonic() < run.next_slot:
            return
        chosen = run.next_row(now)
        if chosen is None:
            return
        row, was_held = chosen
        complete_until = run.track.position if run.track.position > EARLIEST else None
        delivery = transport.prepare(run.facts, row, complete_until, len(run.holding.orders))
        if not deliverer.places.take(run, len(delivery)):
            return
        run.begun(row)
        asyncio.create_task(_send(deliverer, run, row, delivery, was_held=was_held))  # noqa: RUF006 - run.under_way knows it


async def _send(deliverer: Deliverer, run: Running, row: Row, delivery: Sized, *, was_held: bool) -> None:
    """Carry one delivery, and take in what came of it: nothing, when it could not begin under our lease."""
    was_slow, transport = run.is_slow, deliverer.transports[run.row.mechanism]

    def may_begin() -> bool:
        return not run.is_over and deliverer.leases.remaining(run.row.shard) > transport.limit_seconds

    outcome = None
    try:
        outcome = await transport.carry(delivery, may_begin)
    finally:
        deliverer.places.give_back(run, len(delivery), was_slow=was_slow)
        if outcome:
            answered(run, row, outcome, was_held=was_held)
        else:
            run.under_way.discard(key_of(row))
            run.is_over = True
        run.wake()


def _seconds_until_next(run: Running) -> float:
    """Until something may be sent, or the rights are due."""
    waits = [max(0.0, CHECK_SECONDS - (time.monotonic() - run.checked)) + 0.01]
    if run.next_slot > time.monotonic():
        waits.append(run.next_slot - time.monotonic())
    when = run.next_event()
    if when:
        waits.append(max(0.0, (when - datetime.now(UTC)).total_seconds()) + 0.005)
    return min(waits)


def _soon(run: Running) -> bool:
    when = run.next_event()
    return when is not None and (when - datetime.now(UTC)).total_seconds() < LINGER_SECONDS
