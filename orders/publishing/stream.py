"""Lines in batches: cut by number and, from a source that may stay open, by time as well."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition, Thread
from types import TracebackType

from django.db import connections

from orders.publishing.events import Line

Numbered = tuple[int, Line]
"""A line that is not blank, and its number, counted from 1 over all lines."""

MAX_WAIT_SECONDS = 0.05
"""How long a line that was read waits for others to share its transaction with."""


def cut(lines: Iterable[Line], size: int) -> Iterator[list[Numbered]]:
    """Batches of `size` lines. If the source raises, what was read before comes first."""
    batch: list[Numbered] = []
    try:
        for numbered in _number(lines):
            batch.append(numbered)
            if len(batch) == size:
                yield batch
                batch = []
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


@contextmanager
def batches_of(
    lines: Iterable[Line], size: int, max_wait: float | None
) -> Iterator[Iterable[list[Numbered]]]:
    """The lines in batches: by number alone where they are all there, or `max_wait` is None."""
    if max_wait is None or isinstance(lines, Sequence):
        yield cut(lines, size)
    else:
        with Stream(lines, size, max_wait) as stream:
            yield stream


class Stream:
    """Reads a source in a thread of its own, so that what was read never waits for what is still to come.

    Iterate over it, inside its `with`, for batches of up to `size` lines. A batch is ready when its first
    line was read `max_wait` seconds ago. The thread reads one batch ahead and then waits. If the source
    raises, the batches before that come first. When the block is left early, the thread ends at the source's
    next line.
    """

    def __init__(self, lines: Iterable[Line], size: int, max_wait: float) -> None:
        self._lines, self._size, self._max_wait = lines, size, max_wait
        self._changed = Condition()
        self._batch: list[Numbered] = []
        self._first_time = 0.0
        self._ended = self._closed = False
        self._error: BaseException | None = None
        self._thread = Thread(target=self._read, name="publishing: reader", daemon=True)

    def __enter__(self) -> "Stream":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._ended:
            self._thread.join()

    def __iter__(self) -> Iterator[list[Numbered]]:
        while batch := self._take():
            yield batch
        if self._error:
            raise self._error

    def _take(self) -> list[Numbered]:
        """The next batch; an empty one at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._batch or self._ended)
            left = self._first_time + self._max_wait - time.monotonic()
            self._changed.wait_for(lambda: len(self._batch) == self._size or self._ended, max(left, 0))
            batch, self._batch = self._batch, []
            self._changed.notify_all()
        return batch

    def _read(self) -> None:
        """In the thread: all lines, until the source ends or raises, or nobody takes them any more."""
        try:
            for numbered in _number(self._lines):
                if not self._put(numbered):
                    return
        except BaseException as error:  # raised again where the batches are taken
            self._error = error
        finally:
            self._lines = ()
            connections.close_all()  # the source may have asked the database, in this thread
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, numbered: Numbered) -> bool:
        """Add a line, once there is room for it; False when nobody takes it any more."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._batch) < self._size or self._closed)
            self._batch.append(numbered)
            if len(self._batch) == 1:
                self._first_time = time.monotonic()
            if len(self._batch) in (1, self._size):
                self._changed.notify_all()
            return not self._closed


def is_blank(line: Line) -> bool:
    """Whether a line is passed over."""
    return isinstance(line, bytes) and not line.strip()


def _number(lines: Iterable[Line]) -> Iterator[Numbered]:
    """The lines that are not blank, numbered."""
    for number, line in enumerate(lines, start=1):
        if not is_blank(line):
            yield number, line
