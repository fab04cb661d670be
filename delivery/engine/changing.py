"""What a running subscription has to save, taken from it and put back when saving failed."""

from collections.abc import Iterable

from delivery.engine import ahead
from delivery.engine.running import Running
from delivery.engine.saving import Changes, Progress, Saved

MAX_UNSAVED_OF_ONE = 1_000
"""Answers of one subscription; with more nothing begins for it, as when its row is locked for long."""


def take_changes(run: Running) -> Changes:
    """What is to be saved. It is this from now on, and is put back when saving fails."""
    progress = Progress(
        pk=run.row.pk,
        shard=run.row.shard,
        fence=run.fence,
        generation=run.row.generation,
        change_number=run.row.change_number,
        position=run.track.position,
        ahead=ahead.write(run.row.generation, run.track.position, run.track.done_times()),
        concurrency=run.state.concurrency,
        failures=run.state.failures,
        paced=run.state.paced,
        failing_since_time=run.state.failing_since,
        last_success_time=run.last_success,
        next_attempt_time=run.state.next_time,
        disabled_reason=run.state.disabled,
    )
    changes = Changes(
        progress, run.attempts, {key: run.holding.orders.get(key) for key in run.holding.changed}
    )
    run.attempts, run.holding.changed = [], set()
    run.is_dirty, run.is_saving = False, True
    return changes


def put_back(run: Running, changes: Changes) -> None:
    """They were not saved."""
    run.attempts = changes.attempts + run.attempts
    run.holding.changed |= changes.held.keys()
    run.is_dirty = True


def settle(runs: Iterable[Running], changes: Iterable[Changes], saved: Saved) -> None:
    """Whoever was not saved is over, but for one that somebody was changing: that is saved the next time."""
    for run, change in zip(runs, changes, strict=True):
        if run.row.pk in saved.busy:
            put_back(run, change)
            continue
        run.is_over = run.is_over or run.row.pk not in saved.done
        if run.is_over or len(change.attempts) >= MAX_UNSAVED_OF_ONE:
            run.wake()
