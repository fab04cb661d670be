"""When a running subscription has something to do next."""

from datetime import datetime

from delivery.engine.running import Running


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


def _next_tries(run: Running) -> list[datetime]:
    return [refusal.next_time for refusal in run.retry.values()]
