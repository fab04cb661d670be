"""`manage.py ingest -` as a process with an open pipe as its input."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import orjson

from testbed.events import Fields
from testbed.servers import ROOT, database_environment
from testbed.services.server import die_with_parent

TIMEOUT = 20  # seconds; what a test waits for comes within a few


class OpenIngest:
    """A running `ingest -`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.pipe = cast(IO[bytes], process.stdin)

    def send(self, *lines: Fields, rest: bytes = b"") -> None:
        self.pipe.write(b"".join(orjson.dumps(line) + b"\n" for line in lines) + rest)
        self.pipe.flush()

    def end(self) -> tuple[int, str, str]:
        """Close the pipe; the status, and what was printed to standard output and to standard error."""
        out, err = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, out.decode(), err.decode()


@contextmanager
def ingesting(folder: Path, *arguments: str, **variables: str) -> Iterator[OpenIngest]:
    """The command, in this folder, with a pipe as its input."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "ingest", "-", *arguments],
        cwd=folder,
        env=os.environ | database_environment() | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
    ) as process:
        try:
            yield OpenIngest(process)
        finally:
            process.kill()


def until(condition: Callable[[], bool]) -> float:
    """Wait for it; how many seconds it took."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < TIMEOUT, "it never came"
        time.sleep(0.001)
    return time.monotonic() - started
