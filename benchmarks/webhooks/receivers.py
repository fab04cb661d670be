"""The processes that receive, or do not."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, cast

from benchmarks.servers import ROOT
from benchmarks.webhooks.receiver import address_of
from testbed.services.server import die_with_parent


@dataclass(frozen=True)
class Receivers:
    """`count` receivers at one port of as many addresses."""

    count: int
    port: int
    questions: IO[str]
    answers: IO[str]

    def url(self, number: int) -> str:
        return f"http://{address_of(number)}:{self.port}/hook"

    def received(self) -> int:
        """How many POSTs came."""
        return int(self._ask("count"))

    def take(self) -> list[tuple[int, str, float]]:
        """Receiver, order and monotonic second of each POST since the last time."""
        return [(number, order, second) for number, order, second in json.loads(self._ask("take"))]

    def _ask(self, question: str) -> str:
        self.questions.write(f"{question}\n")
        self.questions.flush()
        return self.answers.readline()


@contextmanager
def receiving(count: int, *, record: bool = False) -> Iterator[Receivers]:
    """Receivers in a process of their own, until the block ends; `record` them for `take`."""
    options = ["--record"] if record else []
    with subprocess.Popen(  # noqa: S603 - a command of this file
        [sys.executable, "-m", "benchmarks.webhooks.receiver", str(count), *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
    ) as process:
        try:
            answers = cast(IO[str], process.stdout)
            yield Receivers(count, int(answers.readline()), cast(IO[str], process.stdin), answers)
        finally:
            process.kill()


@contextmanager
def black_holes(count: int) -> Iterator[list[str]]:
    """The urls of receivers that connect and never answer: the kernel does it alone."""
    with ExitStack() as stack:
        holes = [
            stack.enter_context(socket.create_server((f"127.1.0.{1 + number}", 0), backlog=100))
            for number in range(count)
        ]
        yield ["http://{}:{}/hook".format(*hole.getsockname()) for hole in holes]
