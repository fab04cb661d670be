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

Key = tuple[int, str, str]
"""A caller's id, and the kind and the identifier of a scope: a Scope itself takes longer to hash."""

_gathered: dict[Key, Gathered] = {}
_lock = Lock()


def note(
    caller_id: int, scope: Scope, outcome: str, poll: tuple[datetime | None, datetime] | None = None
) -> None:
    """Note how a request for orders of a scope ended.

    `poll` is of a page: the `updatedSince` that it was from, and up to when it had all changes.
    """
    now = time.time()
    with _lock:
        if gathered := _of((caller_id, scope.kind, scope.identifier)):
            gathered.outcomes[int(now) // 3600, outcome] += 1
            if poll:
                gathered.add_poll(now, *poll)
    writer.start()


def forget() -> None:
    """Drop what was not written yet."""
    with _lock:
        _gathered.clear()


def note_name(caller_id: int, kind: str, identifier: str) -> str:
    """The name of the note about this caller and feed."""
    return f"polls/{caller_id}/{kind}/{identifier}"


def _of(key: Key) -> Gathered | None:
    gathered = _gathered.get(key)
    if gathered is None and len(_gathered) < MAX_GATHERED:
        gathered = _gathered[key] = Gathered()
    return gathered


@writer.register
def _write() -> None:
    """Add what was gathered to the notes. Raises Away, and keeps what is not written then."""
    with _lock:
        taken = {note_name(*key): (key, gathered) for key, gathered in _gathered.items()}
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
