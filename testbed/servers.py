"""A real gunicorn, as docs/running.md starts it, on the database of the tests."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from testbed.services.server import die_with_parent

ROOT = Path(__file__).parent.parent
TIMEOUT = 20  # seconds to end in; it takes less than one


@dataclass(frozen=True)
class Server:
    """Where it listens, the file it logs to, and the process whose children are its workers."""

    port: int
    log: Path
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serve(folder: Path, port: int = 0, **environment: str) -> Iterator[Server]:
    """Serve the tests' database, with `environment` on top of ours, until the block ends.

    The port, a free one unless told, is bound here and handed over: nobody can take it, and a request
    that comes before the server is up waits for it.
    """
    folder.mkdir(exist_ok=True)
    log = folder / "log"
    with socket.create_server(("127.0.0.1", port)) as listener, log.open("wb") as output:
        port = listener.getsockname()[1]
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as gunicorn does
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "--bind",
                f"fd://{listener.fileno()}",
                "acommerce_status.wsgi",
            ],
            cwd=ROOT,
            env=os.environ | database_environment() | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        )
    try:
        yield Server(port, log, process.pid)
    finally:
        _end(process)


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
