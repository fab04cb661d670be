"""What an answer does to a running subscription; the decisions are those of delivery.pace."""

import random
from datetime import UTC, datetime, timedelta

from delivery import pace
from delivery.counting import count_delivery
from delivery.engine.running import Running
from delivery.engine.terms import Begun, Refusal
from delivery.engine.track import key_of
from delivery.outcome import Kind, Outcome
from orders.forms import Row

SLOW_MILLISECONDS = 1_000


def answered(run: Running, row: Row, outcome: Outcome, begun: Begun) -> None:
    """Take in what came of a delivery.

    What began before a replay means nothing for the position. What began before another change of the
    subscription, as to another url, means nothing for its pace.
    """
    now, key = datetime.now(UTC), key_of(row)
    run.under_way.discard(key)
    run.is_slow = outcome.milliseconds > SLOW_MILLISECONDS
    run.is_dirty = True
    if begun.generation == run.row.generation:
        _take_in(run, row, outcome, begun, now)
    _note(run, row, outcome, now)
    count_delivery(run.row.mechanism, outcome.kind, row.updated_time, now)


def _take_in(run: Running, row: Row, outcome: Outcome, begun: Begun, now: datetime) -> None:
    key = key_of(row)
    held = run.holding.orders.get(key)
    was_held = begun.was_held or (held is not None and held.updated_time == row.updated_time)
    if outcome.kind is Kind.DELIVERED:
        _accepted(run, row, now)
    elif outcome.kind is Kind.REFUSED and was_held:
        if held and held.updated_time == row.updated_time:  # else it changed, and comes by the flow
            run.holding.hold(row, held.tries + 1, now, outcome)
    elif outcome.kind is Kind.REFUSED and _is_open(run, row):
        tries = run.retry[key].tries + 1 if key in run.retry else 1
        wait = pace.HELD_WAITS[min(tries, len(pace.HELD_WAITS)) - 1]
        run.retry[key] = Refusal(tries, now + timedelta(seconds=wait), outcome)
    means_pace = outcome.kind is not Kind.REFUSED or not was_held or run.state.failures
    if means_pace and begun.change_number == run.row.change_number:
        _change_pace(run, row, outcome, now)


def _is_open(run: Running, row: Row) -> bool:
    current = run.track.open.get(key_of(row))
    return current is not None and current.updated_time == row.updated_time


def _accepted(run: Running, row: Row, now: datetime) -> None:
    """The receiver works: what it refused before is held now, so that the flow goes on."""
    key = key_of(row)
    run.last_success = now
    run.track.finish(row)
    if key not in run.track.open:
        run.retry.pop(key, None)
    held = run.holding.orders.get(key)
    if held and held.updated_time <= row.updated_time:
        run.holding.drop(key)
    for other in run.retry.keys() - {key}:
        run.put_aside(run.track.open[other], now)
    run.hold_the_slowest(now)


def _change_pace(run: Running, row: Row, outcome: Outcome, now: datetime) -> None:
    limit = int(run.facts.settings.get("concurrency", 8))
    before = run.state
    run.state = pace.after(before, outcome, key_of(row), now=now, limit=limit, chance=random.random())  # noqa: S311 - jitter
    if run.state.failures > before.failures:
        run.retry.clear()  # one delivery probes, whichever comes first


def _note(run: Running, row: Row, outcome: Outcome, now: datetime) -> None:
    known = run.holding.orders.get(key_of(row)) or run.retry.get(key_of(row))
    attempt = {
        "subscription_id": run.row.pk,
        "time": now,
        "channel_id": row.channel_id,
        "order_id": row.order_id,
        "updated_time": row.updated_time,
        "outcome": "FAILED" if outcome.kind is Kind.GONE else str(outcome.kind),
        "status": outcome.status,
        "milliseconds": outcome.milliseconds,
        "detail": outcome.detail[:200].replace("\0", ""),
        "answer": outcome.answer[:1024],
        "next_attempt_time": known.next_time if known else run.state.next_time,
    }
    run.attempts.append(attempt)
    if outcome.kind is Kind.REFUSED and known and known.next_time is None:
        given_up = {
            "outcome": "GIVEN_UP",
            "milliseconds": None,
            "answer": "",
            "detail": f"after {known.tries} tries",
        }
        run.attempts.append(attempt | given_up)
