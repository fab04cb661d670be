"""`manage.py demo`, which `make run` runs: it shows a webhook arriving, and ends when it is told to."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings

from testbed.services.server import die_with_parent

pytestmark = pytest.mark.slow

TIMEOUT = 60
ARRIVED = re.compile(r"^  webhook (FR\d+) [A-Z_]+, \d+ ms after it was published$", re.MULTILINE)
LOGIN = re.compile(r"Log in as demo, password (\S+)$", re.MULTILINE)


@contextmanager
def demo(var: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The demo, at work, and the file that it writes to, in a session of its own, as in a terminal."""
    port = _free_port()
    environment = {name: text for name, text in os.environ.items() if name not in settings.REQUIRED}
    screen = var.with_suffix(".screen")
    with screen.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port), "--orders", "20"],
            cwd=settings.BASE_DIR,
            env=environment | {"VAR_DIR": str(var)},
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        )
    try:
        _wait_for(lambda: ARRIVED.search(screen.read_text()) and all(map(_listens, (port, port + 1))), screen)
        yield process, screen
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    """One that the system gives to nobody by itself, so that it, and the next one, stay free for the demo."""
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, socket.socket() as next_one, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            next_one.bind(("127.0.0.1", port + 1))
            return port
    raise AssertionError("no port is free")


def _wait_for(question: Callable[[], object], screen: Path) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not question():
        assert time.monotonic() < deadline, screen.read_text()
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_webhook_is_shown_arriving_and_a_restart_makes_no_second_one(tmp_path: Path) -> None:
    migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
    environment = {name: text for name, text in os.environ.items() if name not in settings.REQUIRED}
    var, shown, seconds = tmp_path / "var", [], []
    subprocess.run(migrate, cwd=settings.BASE_DIR, env=environment | {"VAR_DIR": str(var)}, check=True)
    for _ in range(2):
        with demo(var) as (process, screen):
            os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
            asked = time.monotonic()
            assert process.wait(TIMEOUT) == 0
            seconds.append(time.monotonic() - asked)
            shown.append(screen.read_text())

    logins = [set(LOGIN.findall(text)) for text in shown]
    assert len(logins[0]) == 1
    assert logins[0] == logins[1]
    webhooks = [set(re.findall(r"sub[0-9a-f]{16}", text)) for text in shown]
    assert len(webhooks[0]) == 1
    assert webhooks[0] == webhooks[1]
    assert [word for word in ("Traceback", "ERROR", "WARNING") if word in "".join(shown)] == []
    assert max(seconds) < 5


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    environment = {name: text for name, text in os.environ.items() if name not in settings.REQUIRED}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        told = []
        for asked in (port, port - 1):
            done = subprocess.run(
                [sys.executable, "manage.py", "demo", "--port", str(asked)],
                cwd=settings.BASE_DIR,
                env=environment | {"VAR_DIR": str(tmp_path / "var")},
                capture_output=True,
                text=True,
                check=False,
            )
            told.append((done.returncode, done.stderr))

    sentence = f"CommandError: Port {port} cannot be used ([Errno 98] Address already in use)."
    hint = "Choose another: make run PORT=8080\n"
    assert told == [
        (1, f"{sentence} {hint}"),
        (1, f"{sentence} The operators' server takes the next one. {hint}"),
    ]
