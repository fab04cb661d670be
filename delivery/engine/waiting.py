"""When a running subscription has something to do next."""

import time
from datetime import datetime

from delivery.engine.running import Running

LINGER_SECONDS = 5
"""How long an order that was refused may wait in memory for another one to be accepted before it is held."""
KEEP_SECONDS, MAX_KEPT = 60, 5_000
"""How long a subscription without work stays in memory while not more are there; else LINGER_SECONDS."""


def next_event(run: Running, now: datetime) -> datetime | None:
    """When something may be sent that may not be sent now. What is due waits for something else."""
    times = [run.state.next_time, run.holding.next_time(), *_next_tries(run)]
    return min((when for when in times if when and when > now), default=None)


def next_work(run: Running, now: datetime) -> datetime | None:
    """When there is something to do: now, later, or only after something changes (None)."""
    if run.under_way or run.is_reading or run.is_dirty or run.is_saving or run.must_reload:
        return now
    if not run.may_work:
        return None
    if run.state.is_stopped(now):
        return run.state.next_time
    has_flow = run.has_more or len(run.track.open) > len(run.retry)
    if run.holding.has_offered or (has_flow and not run.holding.is_full):
        return now
    times = [run.holding.next_time(), *_next_tries(run)]
    return min((max(when, now) for when in times if when), default=None)


def may_leave(run: Running, rested: float, kept: int) -> bool:
    """Whether it has rested so long that it leaves memory, which alone knows when `rate` lets it go on."""
    kept_for = KEEP_SECONDS if kept <= MAX_KEPT else LINGER_SECONDS
    return rested > kept_for and run.next_slot <= time.monotonic()


def _next_tries(run: Running) -> list[datetime]:
    return [refusal.next_time for refusal in run.retry.values()]
