"""Deliveries of one subscription: begun when they may be, each in a task of its own."""

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import Any

from delivery.engine.answers import answered
from delivery.engine.changing import MAX_UNSAVED_OF_ONE
from delivery.engine.deliverer import Deliverer
from delivery.engine.places import Place
from delivery.engine.running import Running
from delivery.engine.terms import Begun
from delivery.engine.track import key_of
from delivery.outcome import Kind, Outcome
from orders.forms import Row
from wire.times import EARLIEST

logger = logging.getLogger(__name__)


def begin(deliverer: Deliverer, run: Running) -> None:
    """Begin as many deliveries as may be under way."""
    limit = deliverer.transports[run.row.mechanism].limit_seconds
    while run.may_work and not deliverer.is_stopping and not deliverer.is_blind:
        now = datetime.now(UTC)
        if deliverer.remaining(run) <= limit or time.monotonic() < run.next_slot:
            return
        if not run.state.may_send(now, len(run.under_way)) or len(run.attempts) >= MAX_UNSAVED_OF_ONE:
            return
        chosen = run.next_row(now)
        place = chosen and deliverer.places.take(run, len(chosen[0].document))
        if not chosen or not place:
            return
        begun = run.begun(chosen[0], was_held=chosen[1])
        task = asyncio.create_task(_send(deliverer, run, chosen[0], place, begun))
        deliverer.sends.add(task)
        task.add_done_callback(deliverer.sends.discard)


async def _send(deliverer: Deliverer, run: Running, row: Row, place: Place, begun: Begun) -> None:
    """Carry one delivery, and take in what came of it: nothing, when it could not begin any more."""
    outcome = None
    try:
        outcome = await _carry(deliverer, run, row, begun)
    finally:
        deliverer.places.give_back(place)
        if outcome:
            answered(run, row, outcome, begun)
            deliverer.count_answer(run)
        else:
            run.under_way.discard(key_of(row))
        run.wake()


async def _carry(deliverer: Deliverer, run: Running, row: Row, begun: Begun) -> Outcome | None:
    """What came of it. An order that cannot even be sent is one that is refused."""
    transport: Any = deliverer.transports[run.row.mechanism]

    def may_begin() -> bool:
        return (
            run.may_work
            and not run.state.is_stopped(datetime.now(UTC))
            and not (deliverer.is_stopping or deliverer.is_blind)
            and begun.change_number == run.row.change_number
            and deliverer.remaining(run) > transport.limit_seconds
        )

    if not may_begin():
        return None
    complete_until = run.track.position if run.track.position > EARLIEST else None
    try:
        delivery = transport.prepare(run.facts, row, complete_until, len(run.holding.orders))
        outcome: Outcome | None = await transport.carry(delivery, may_begin)
    except Exception:
        logger.exception("an order of subscription %s cannot be sent", run.row.public_id)
        return Outcome(Kind.REFUSED, detail="the delivery could not be made")
    return outcome
