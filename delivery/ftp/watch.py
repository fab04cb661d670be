"""Ends connections that make no progress, by shutting them down: whoever waits for them gets an error.

Time-outs of sockets do not do that: a server that sends a byte a minute never lets one pass.
"""

import fcntl
import socket
import struct
import termios
import time
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType

CONNECT_SECONDS = 10
IDLE_SECONDS = 60
LOOKS = 30
"""At what is on its way, while nothing else happens."""


class Watch:
    """Of one delivery. `seconds` without progress, or `total` seconds, and it is over.

    Progress is a step that came to its end, or bytes that the server's machine has taken meanwhile.
    """

    def __init__(self, seconds: float = IDLE_SECONDS, total: float | None = None) -> None:
        self._seconds = seconds
        self._began = self._moved = time.monotonic()
        self._total = total
        self._sockets: list[socket.socket] = []
        self._closed = Event()
        self.expired = ""
        """What passed without anything happening, once it has."""

    @property
    def milliseconds(self) -> int:
        """Since the beginning."""
        return int((time.monotonic() - self._began) * 1000)

    def moved(self) -> None:
        """A step came to its end."""
        self._moved = time.monotonic()

    def left(self, seconds: float) -> float:
        """So many seconds, or what is left of all."""
        if self._total is None:
            return seconds
        return max(0.001, min(seconds, self._began + self._total - time.monotonic()))

    def keep(self, connection: socket.socket) -> None:
        """Watch this connection, through whatever it is wrapped in later."""
        self._sockets.append(connection.dup())
        self.moved()

    def __enter__(self) -> "Watch":
        Thread(target=self._run, name="watch of a connection", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        for kept in self._sockets:
            kept.close()

    def _run(self) -> None:
        before = 0
        while not self._closed.wait(self.left(self._seconds / LOOKS)):
            waiting = sum(map(_on_its_way, list(self._sockets)))
            if waiting < before:
                self.moved()
            before = waiting
            self.expired = self._over()
            if self.expired:
                self._shut_down()

    def _over(self) -> str:
        """What has passed without anything happening, if it has."""
        now = time.monotonic()
        if now - self._moved >= self._seconds:
            return f"no progress for {self._seconds:g} s"
        if self._total is not None and now - self._began >= self._total:
            return f"no end within {self._total:g} s"
        return ""

    def _shut_down(self) -> None:
        while not self._closed.wait(0.05):  # a data connection may be added meanwhile
            for kept in list(self._sockets):
                with suppress(OSError):
                    kept.shutdown(socket.SHUT_RDWR)


def _on_its_way(connection: socket.socket) -> int:
    """Bytes that the other machine has not taken yet; 0 where the system does not say (Linux does)."""
    with suppress(OSError, ValueError):
        answer = fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4)
        return int(struct.unpack("i", answer)[0])
    return 0
