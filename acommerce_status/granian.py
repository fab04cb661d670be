"""Becoming granian, which serves the application of acommerce_status.front."""

import os
import resource
import socket
import sys
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.core.management.base import CommandError

from acommerce_status.requests import MAX_HEAD

MAX_CONNECTIONS = 1_000
"""Of each process, or what its limit of open files leaves. The next ones wait in the backlog."""
OTHER_FILES = 128
LOG_CONFIG = Path(__file__).parent / "granian_log.json"
"""For LOG_FORMAT=json."""
MAX_PORT = 65_535
BACKLOG = 1_024
TIMEOUT_HEAD = 10
"""Seconds for the head of a request to arrive in, and of a connection without a request."""
TIMEOUT_STOP = 15
"""Seconds for requests under way to end in, when a process is told to stop."""
START = 5
"""Seconds that a reload waits for a new process before it stops the old one; most starts take one or two."""


def become_granian(name: str, bind: str, *, processes: int, settings_module: str) -> NoReturn:
    """Serve with these settings at `bind`, which came from the variable `name`. Raises CommandError."""
    command = [sys.executable, "-m", "granian", *_address(name, bind), *_flags(processes)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRANIAN_")}
    os.dup2(2, 1)  # granian logs to stdout, and everything else of ours to stderr
    os.execve(sys.executable, command, environment | {"DJANGO_SETTINGS_MODULE": settings_module})  # noqa: S606 - our own command


def _address(name: str, bind: str) -> list[str]:
    """Where granian is to listen, in its own words, which know no names. Raises CommandError."""
    if bind.startswith("unix:"):
        path = Path(bind.removeprefix("unix:"))
        if not path.name or not path.parent.is_dir():
            raise CommandError(
                f"{name} must name a socket in a folder that is there, such as unix:/run/a.sock."
            )
        return ["--uds", str(path), "--uds-permissions", str(0o666)]  # as open as a port
    host, _, port = bind.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= MAX_PORT):
        raise CommandError(f"{name} must be HOST:PORT or unix:/path, such as 127.0.0.1:8000.")
    try:
        address = _listenable(host.strip("[]"), int(port))
    except (OSError, UnicodeError) as error:  # the latter of a name that is none
        reason = getattr(error, "strerror", None) or "no such name"
        raise CommandError(f"{name}: nobody can listen at {bind}: {reason}.") from None
    return ["--host", address, "--port", port]


def _listenable(host: str, port: int) -> str:
    """The IP address of a host, after a try to listen there. Raises OSError and UnicodeError."""
    family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as trial:
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):  # as granian does
            trial.setsockopt(socket.SOL_SOCKET, option, 1)
        trial.bind(place)
    return str(place[0])


def _flags(processes: int) -> list[str]:
    return [
        *("--interface", "rsgi", "--http", "1", "--no-ws", "--loop", "asyncio", "--log-level", "warning"),
        *("--workers", str(processes), "--backlog", str(BACKLOG)),
        *("--backpressure", str(_connections())),
        *("--http1-header-read-timeout", str(TIMEOUT_HEAD * 1000), "--http1-buffer-size", str(MAX_HEAD)),
        *(("--log-config", str(LOG_CONFIG)) if settings.LOG_FORMAT == "json" else ()),
        *("--respawn-failed-workers", "--respawn-interval", str(START)),
        *("--workers-kill-timeout", str(TIMEOUT_STOP)),
        *("--working-dir", str(settings.BASE_DIR), "acommerce_status.front:application"),
    ]


def _connections() -> int:
    """How many connections a process may hold: one more than it may open files for would fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(soft - OTHER_FILES, settings.WEB_THREADS)
    return MAX_CONNECTIONS
