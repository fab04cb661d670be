"""The product on a PostgreSQL and a Redis of its own, which a test may stop, hang and replace."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import httpx2
import orjson

from testbed.events import Fields
from testbed.feeds import CHANNEL
from testbed.servers import ROOT, Server, serve
from testbed.services import Postgres, postgres
from testbed.services.server import die_with_parent

PLENTY = "1000000/m"
TIMEOUT = 20  # seconds; what a test waits for comes within a few


@dataclass(frozen=True)
class Installation:
    """`variables` are the settings that lead the commands and servers to their database."""

    variables: dict[str, str] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """What a command prints; CalledProcessError when it fails."""
        command = [sys.executable, "manage.py", *arguments]
        environment = os.environ | self.variables
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=60
        )
        return done.stdout

    def create_caller(
        self, username: str, rate: str = PLENTY, grants: Sequence[str] = (f"--channel={CHANNEL}",)
    ) -> dict[str, str]:
        """The credentials of a new caller; without `grants`, of CHANNEL."""
        credentials: dict[str, str] = orjson.loads(
            self.manage("create_caller", username, "--rate", rate, *grants)
        )
        return credentials

    def serve(self, folder: Path, **variables: str) -> AbstractContextManager[Server]:
        """A server with these settings on top of ours."""
        return serve(folder, 0, **self.variables | variables)

    @contextmanager
    def publisher(self, *options: str) -> Iterator["Publisher"]:
        """A process that publishes, until the block ends; `options` are those of testbed.publisher."""
        with subprocess.Popen(
            [sys.executable, "-m", "testbed.publisher", *options],
            cwd=ROOT,
            env=os.environ | self.variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        ) as process:
            try:
                yield Publisher(cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout))
            finally:
                process.kill()


@contextmanager
def installed(*, fsync: bool = False) -> Iterator[tuple[Postgres, Installation]]:
    """On a new PostgreSQL, without an order; `fsync` as in testbed.services."""
    with postgres(fsync=fsync) as server:
        place = Installation({"DATABASE_URL": server.url})
        place.manage("migrate", "-v", "0")
        yield server, place


@dataclass(frozen=True)
class Publisher:
    """`publisher(event, ...)` returns when the events are committed, in one transaction."""

    orders: IO[bytes]
    answers: IO[bytes]

    def __call__(self, *events: Fields) -> dict[str, int]:
        """How many events ended how."""
        self.orders.write(orjson.dumps(events) + b"\n")
        self.orders.flush()
        answer: dict[str, int] = orjson.loads(self.answers.readline())
        return answer


def eventually(question: Callable[[], Any], seconds: float = TIMEOUT) -> bool:
    """Whether the question is answered by yes before so many seconds have passed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.02)
    return False


@contextmanager
def client_of(url: str, credentials: dict[str, str]) -> Iterator[httpx2.Client]:
    """A client of the server at `url`, with a fresh token from it."""
    with httpx2.Client(base_url=url, timeout=TIMEOUT) as client:
        answer = client.post("/identity/token", json={"auth": {"apiKeyCredentials": credentials}})
        client.headers["X-Subject-Token"] = answer.raise_for_status().json()["token"]["token_id"]
        yield client
