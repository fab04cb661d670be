"""What this process has seen of polls and has not written yet.

A poll is noted in memory and costs no round trip; stores.writer has all of it written every few seconds.
"""

import time
from collections.abc import Iterable
from datetime import datetime
from threading import Lock

from callers.models import Scope
from callers.poll_notes import Gathered, merged
from stores.notes import AT_ONCE, Away
from stores.shared import shared
from stores.writer import writer

KEPT_SECONDS = 30 * 24 * 3600
MAX_GATHERED = 10_000
"""Feeds that a process notes between two writes; what is beyond is not noted."""

Key = tuple[int, Scope]
_gathered: dict[Key, Gathered] = {}
_lock = Lock()


def note_outcome(caller_id: int, scope: Scope, outcome: str) -> None:
    """Note that a request for a feed or for orders of it ended so."""
    hour = int(time.time()) // 3600
    with _lock:
        if gathered := _of((caller_id, scope)):
            gathered.outcomes[hour, outcome] += 1
    writer.start()


def note_poll(caller_id: int, scope: Scope, since: datetime | None, given: datetime) -> None:
    """Note that a poll from `since` on was given the changes up to `given`."""
    now = time.time()
    with _lock:
        if gathered := _of((caller_id, scope)):
            gathered.add_poll(now, since, given)


def forget() -> None:
    """Drop what was not written yet."""
    with _lock:
        _gathered.clear()


def note_name(key: Key) -> str:
    """The name of the note about this caller and feed."""
    caller_id, scope = key
    return f"polls/{caller_id}/{scope.kind}/{scope.identifier}"


def _of(key: Key) -> Gathered | None:
    gathered = _gathered.get(key)
    if gathered is None and len(_gathered) < MAX_GATHERED:
        gathered = _gathered[key] = Gathered()
    return gathered


@writer.register
def _write() -> None:
    """Add what was gathered to the notes. Raises Away, and keeps what is not written then."""
    with _lock:
        taken = {note_name(key): (key, gathered) for key, gathered in _gathered.items()}
        _gathered.clear()
    names = list(taken)
    while names:
        try:
            shared().change(
                names[:AT_ONCE],
                lambda name, content: merged(content, taken[name][1], time.time()),
                seconds=KEPT_SECONDS,
            )
        except Away:
            _keep(taken[name] for name in names)
            raise
        del names[:AT_ONCE]


def _keep(unwritten: Iterable[tuple[Key, Gathered]]) -> None:
    with _lock:
        for key, older in unwritten:
            if gathered := _of(key):
                gathered.add_older(older)
