"""Servers that stand still: connections stay open, and nothing is said on them."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.servers import Server
from testbed.services import Postgres, Redis


def processes(server: Postgres | Redis | Server) -> list[int]:
    """The server's main process, and its children, the oldest first."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    return [server.pid, *map(int, children.split())]


@contextmanager
def hung(pids: list[int]) -> Iterator[None]:
    """These processes stand still until the block ends."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
