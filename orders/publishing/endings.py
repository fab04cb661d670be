"""How an ingest ends that is not through: what it says, and what it saves."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from signal import Signals
from threading import Event

from orders.models import FeedClock
from orders.publishing.events import Line
from orders.publishing.ingest import Rejected
from orders.publishing.outages import first_line
from orders.publishing.rejects import RejectFile
from orders.publishing.sources import Source, Stopped
from orders.publishing.stream import Numbered, is_blank

END_SECONDS = 1
"""How long a source that was told to stop may take to notice."""


class Kept:
    """Lines on their way from a source to `publish`, each kept until it is published or refused."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = lines
        self._kept = deque[Numbered]()
        self._dropped = 0
        self._ended = Event()
        self._ended.set()

    def __iter__(self) -> Iterator[Line]:
        self._ended.clear()
        try:
            for number, line in enumerate(self._lines, start=1):
                if not is_blank(line):
                    self._kept.append((number, line))
                yield line
        finally:
            self._ended.set()

    def drop(self, count: int) -> None:
        """Forget the lines up to `count`, blank ones not counted."""
        while self._dropped < count:
            self._kept.popleft()
            self._dropped += 1

    def rest(self) -> list[Numbered]:
        """What was read and not dropped, for a source that was told to stop."""
        self._ended.wait(END_SECONDS)
        return list(self._kept)


def why_it_ended(error: BaseException, name: str, signals: Sequence[Signals]) -> tuple[str, int]:
    """What ended it early, in a sentence, and the exit status."""
    if isinstance(error, Stopped | KeyboardInterrupt):
        return f"Stopped by {signals[0].name}.", 128 + signals[0]
    if isinstance(error, FeedClock.DoesNotExist):
        return "The database has no feed clock: run manage.py migrate.", 1
    if isinstance(error, OSError):
        return f"{name} cannot be read: {error.strerror}.", 1
    return f"The database failed: {first_line(error)}.", 1


def what_is_left(total: int, lines: Kept, source: Source, rejects: RejectFile) -> Iterator[str]:
    """How far it came. What was read from a pipe and not published is saved: nobody else has it any more."""
    if total:
        yield f"The first {total} lines, blank ones not counted, are published or refused;"
        yield "ingest what follows, or everything, again."
    else:
        yield "Nothing was published."
    left = lines.rest() if source.size is None else []
    for number, line in left:
        rejects.write(Rejected(number, "was read, but not published before the end", line))
    if left:
        where = "standard error" if rejects.failure else rejects.path
        yield f"{len(left)} lines that were read and not published are in {where}."


def refusals(count: int, rejects: RejectFile) -> Iterator[str]:
    """Where the refused lines are."""
    if not count:
        return
    if rejects.failure:
        yield f"{count} lines were refused; {rejects.path} does not hold them all, because {rejects.failure}:"
        yield "what it does not hold was written to standard error."
    else:
        yield f"{count} lines were refused; see {rejects.path}."
