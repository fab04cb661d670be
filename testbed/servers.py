"""A real server, as docs/running.md starts it, on the database of the tests."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from testbed.services.server import die_with_parent

ROOT = Path(__file__).parent.parent
TIMEOUT = 20  # seconds to start and to end in; it takes two, and less than one


@dataclass(frozen=True)
class Server:
    """Where it listens, the file it logs to, and the process whose children are its workers."""

    port: int
    log: Path
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, patience: float = TIMEOUT) -> socket.socket:
        """A new connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=patience)


@contextmanager
def serve(folder: Path, port: int = 0, command: str = "serve", **environment: str) -> Iterator[Server]:
    """Serve the tests' database, with `environment` on top of ours, until the block ends.

    `command` may be `serve_operators`. The port, a free one unless told, is bound here all the while, so that
    nobody else can take it.
    """
    folder.mkdir(exist_ok=True)
    log = folder / "log"
    with socket.socket() as reserved, log.open("wb") as output:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as granian does
        reserved.bind(("127.0.0.1", port))
        port = reserved.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env=os.environ | _at(port) | database_environment() | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        )
        try:
            server = Server(port, log, process.pid)
            _wait(server, process)
            yield server
        finally:
            _end(process)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Return once the server takes connections. RuntimeError with its log if it does not in time."""
    deadline = time.monotonic() + TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), server.connect():
            return
        time.sleep(0.02)
    raise RuntimeError(f"The server did not start:\n{server.log.read_text()}")


def _at(port: int) -> dict[str, str]:
    return dict.fromkeys(("BIND", "OPERATORS_BIND"), f"127.0.0.1:{port}")


def database_environment() -> dict[str, str]:
    """The settings that lead another process to the database that the tests use now."""
    database = settings.DATABASES["default"]
    if "sqlite3" in database["ENGINE"]:
        return {"VAR_DIR": str(Path(database["NAME"]).parent)}
    url = urlsplit(os.environ["DATABASE_URL"])
    return {"DATABASE_URL": url._replace(path=f"/{database['NAME']}").geturl()}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(TIMEOUT)
    process.kill()
    process.wait()
