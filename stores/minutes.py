"""How often something happened in each minute, over all processes, for those who run the installation.

Names are few and fixed, such as `polls.200`: none grows with callers.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock

from stores.notes import AT_ONCE, Away, Content
from stores.shared import shared
from stores.writer import writer

KEPT_SECONDS = 25 * 3600
_counts: Counter[tuple[int, str]] = Counter()
_lock = Lock()


def count(name: str, amount: int = 1) -> None:
    """Count in this process's memory; others see it a few seconds later."""
    with _lock:
        _counts[int(time.time()) // 60, name] += amount
    writer.start()


def series(names: Iterable[str], since: datetime, until: datetime) -> dict[str, list[tuple[datetime, int]]]:
    """For each name every minute from that of `since` to that of `until`, with its count. Raises Away."""
    minutes = range(int(since.timestamp()) // 60, int(until.timestamp()) // 60 + 1)
    notes = shared().read([_note(minute) for minute in minutes])
    return {
        name: [
            (datetime.fromtimestamp(minute * 60, UTC), notes.get(_note(minute), {}).get(name, 0))
            for minute in minutes
        ]
        for name in names
    }


def flush() -> None:
    """Write what this process has gathered, now; a process that ends does it by itself."""
    writer.flush()


def forget() -> None:
    """Drop what was not written yet."""
    with _lock:
        _counts.clear()


@writer.register
def _write() -> None:
    """Add what was counted to the notes. Raises Away, and counts it again then."""
    with _lock:
        counted = dict(_counts)
        _counts.clear()
    by_note: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (minute, name), amount in counted.items():
        by_note[_note(minute)][name] = amount
    names = sorted(by_note)[-KEPT_SECONDS // 60 :]
    try:
        for first in range(0, len(names), AT_ONCE):
            shared().change(
                names[first : first + AT_ONCE],
                lambda name, content: _added(content, by_note[name]),
                seconds=KEPT_SECONDS,
            )
    except Away:
        with _lock:
            _counts.update(counted)
        raise


def _added(content: Content, counts: Counter[str]) -> Content:
    return dict(Counter(content) + counts)


def _note(minute: int) -> str:
    return f"minutes/{minute}"
