"""Files and pipes that are read until they end, or until somebody says stop."""

import io
import os
import select
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

CHECK_MILLISECONDS = 100
"""How soon a reader that waits notices that it shall stop."""


class Stopped(Exception):
    """Reading was stopped before the end; a line that had come only in part was dropped."""


class Source(io.RawIOBase):
    """An open file descriptor. After `stop`, from a signal or from another thread, reading raises Stopped.

    `size` is that of a file, and None of a pipe, a terminal or the like, which may have nothing to read yet.
    """

    def __init__(self, descriptor: int, *, close: bool) -> None:
        found = os.fstat(descriptor)
        self.size = found.st_size if stat.S_ISREG(found.st_mode) else None
        self.bytes_read = 0
        self.stopped = False
        self._descriptor, self._close = descriptor, close
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    def stop(self) -> None:
        """From then on reading raises Stopped, also where it waits."""
        self.stopped = True

    def fileno(self) -> int:
        return self._descriptor

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands over
        while not self.stopped:
            if self._poll.poll(CHECK_MILLISECONDS):
                count = os.readv(self._descriptor, [buffer])
                self.bytes_read += count
                return count
        raise Stopped

    def close(self) -> None:
        self.stop()
        if self._close and not self.closed:
            os.close(self._descriptor)
        super().close()


@contextmanager
def stopped_by_signals(source: Source) -> Iterator[list[signal.Signals]]:
    """SIGINT and SIGTERM stop the reading; a second one raises KeyboardInterrupt. Only in the main thread.

    The list holds the signals that have come.
    """
    received: list[signal.Signals] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def handle(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        if source.stopped:
            raise KeyboardInterrupt
        source.stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
