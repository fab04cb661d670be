"""Servers that stand still: connections stay open, and nothing is said on them."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testbed.servers import Server
from testbed.services import Postgres, Redis


def processes(server: Postgres | Redis | Server) -> list[int]:
    """The server's main process, first, and all its children."""
    stats = [file.read_text().rpartition(")") for file in Path("/proc").glob("[0-9]*/stat")]
    children = [int(name.split()[0]) for name, _, rest in stats if int(rest.split()[1]) == server.pid]
    return [server.pid, *children]


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
