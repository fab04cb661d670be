"""A connection is ended when nothing comes of it, and only then."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from delivery.ftp.watch import Watch


@contextmanager
def connected_to(receive: int, every: float) -> Iterator[socket.socket]:
    """A connection to somebody who reads `receive` bytes at a time."""
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            while not over.wait(every) and connection.recv(receive):
                pass

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with socket.create_connection(listener.getsockname()) as connection:
            yield connection
        over.set()
        thread.join(5)


def test_bytes_that_are_taken_slowly_are_progress() -> None:
    with connected_to(65_536, 0.02) as connection, Watch(0.4) as watch:
        watch.keep(connection)
        began = time.monotonic()
        connection.sendall(b"x" * 4_000_000)

        assert watch.expired == ""
        assert time.monotonic() - began > 0.8


@pytest.mark.parametrize("receive", [0, 1])
def test_who_takes_nothing_or_a_byte_at_a_time_is_left(receive: int) -> None:
    with connected_to(receive or 1, 0.02 if receive else 5) as connection, Watch(0.4) as watch:
        watch.keep(connection)
        began = time.monotonic()
        with pytest.raises(OSError):
            connection.sendall(b"x" * 40_000_000)

        assert watch.expired == "no progress for 0.4 s"
        assert time.monotonic() - began < 3


def test_all_has_an_end_whatever_moves() -> None:
    def go_on() -> None:
        while True:
            connection.sendall(b"x" * 10_000)
            watch.moved()

    with connected_to(65_536, 0.02) as connection, Watch(5, total=0.5) as watch:
        watch.keep(connection)
        began = time.monotonic()
        with pytest.raises(OSError):
            go_on()

        assert watch.expired == "no end within 0.5 s"
        assert time.monotonic() - began < 2
