"""What an answer does to a running subscription; the decisions are those of delivery.pace."""

import random
from datetime import UTC, datetime, timedelta

from delivery import pace
from delivery.engine.running import Running
from delivery.engine.track import MAX_DONE_AHEAD, key_of
from delivery.outcome import Kind, Outcome
from orders.forms import Row

SLOW_MILLISECONDS = 1_000


def answered(run: Running, row: Row, outcome: Outcome, *, was_held: bool) -> None:
    """Take in what came of a delivery."""
    now, key = datetime.now(UTC), key_of(row)
    held = run.holding.orders.get(key)
    was_held = was_held or (held is not None and held.updated_time == row.updated_time)
    run.under_way.discard(key)
    run.is_slow = outcome.milliseconds > SLOW_MILLISECONDS
    run.is_dirty = True
    if outcome.kind is Kind.DELIVERED:
        _accepted(run, row, now)
    elif outcome.kind is Kind.REFUSED and was_held:
        run.holding.hold(row, held.tries + 1 if held else 1, now, outcome)
    elif outcome.kind is Kind.REFUSED:
        tries = run.retry.get(key, (0, now))[0] + 1
        wait = pace.HELD_WAITS[min(tries, len(pace.HELD_WAITS)) - 1]
        run.retry[key] = tries, now + timedelta(seconds=wait)
    if not (outcome.kind is Kind.REFUSED and was_held):
        _change_pace(run, row, outcome, now)
    _note(run, row, outcome, now)


def _accepted(run: Running, row: Row, now: datetime) -> None:
    """The receiver works: what it refused before is held now, so that the flow goes on."""
    key = key_of(row)
    run.last_success = now
    run.track.finish(row)
    run.retry.pop(key, None)
    held = run.holding.orders.get(key)
    if held and held.updated_time <= row.updated_time:
        run.holding.drop(key)
    for other in run.state.refused - {key}:
        refused = run.track.open.get(other)
        if refused and other in run.retry:
            run.holding.hold(refused, run.retry.pop(other)[0], now, None)
            run.track.finish(refused)
    _hold_the_slowest(run, now)


def _hold_the_slowest(run: Running, now: datetime) -> None:
    """An order that 1,000 answered ones wait behind is held without a try, so that the position moves."""
    row = run.track.first_open()
    if row and run.track.done_ahead >= MAX_DONE_AHEAD:
        run.holding.hold(row, 0, now, None)
        run.track.finish(row)


def _change_pace(run: Running, row: Row, outcome: Outcome, now: datetime) -> None:
    limit = int(run.facts.settings.get("concurrency", 8))
    before = run.state
    run.state = pace.after(before, outcome, key_of(row), now=now, limit=limit, chance=random.random())  # noqa: S311 - jitter
    if run.state.failures > before.failures:
        run.retry.clear()  # one delivery probes, whichever comes first


def _note(run: Running, row: Row, outcome: Outcome, now: datetime) -> None:
    held = run.holding.orders.get(key_of(row))
    run.attempts.append(
        {
            "subscription_id": run.row.pk,
            "time": now,
            "channel_id": row.channel_id,
            "order_id": row.order_id,
            "updated_time": row.updated_time,
            "outcome": "FAILED" if outcome.kind is Kind.GONE else str(outcome.kind),
            "status": outcome.status,
            "milliseconds": outcome.milliseconds,
            "detail": outcome.detail[:200],
            "answer": outcome.answer[:1024],
            "next_attempt_time": held.next_time if held else run.state.next_time,
        }
    )
