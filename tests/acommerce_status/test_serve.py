"""`manage.py serve` becomes granian, with the flags that docs/running.md speaks of."""

import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from testbed.installation import eventually
from testbed.servers import ROOT, database_environment
from tests.promises.raw import answers, read_to_the_end, request


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What this process would have become."""
    found: dict[str, Any] = {}
    monkeypatch.setattr(os, "dup2", lambda source, target: None)
    monkeypatch.setattr(
        os, "execve", lambda program, command, environment: found.update(command=command, env=environment)
    )
    return found


@pytest.mark.parametrize(
    ("bind", "flags"),
    [
        ("127.0.0.1:0", ["--host", "127.0.0.1", "--port", "0"]),
        ("[::1]:0", ["--host", "::1", "--port", "0"]),
        ("localhost:0", ["--port", "0"]),
        ("unix:/run/a.sock", ["--uds", "/run/a.sock"]),
    ],
)
def test_it_listens_where_it_is_told(become: dict[str, Any], bind: str, flags: list[str]) -> None:
    call_command("serve", bind=bind)

    command = become["command"]
    start = command.index(flags[0])
    assert command[1:3] == ["-m", "granian"]
    assert command[start : start + len(flags)] == flags
    assert "localhost" not in command  # granian does not know names


def test_it_has_the_processes_that_are_set(become: dict[str, Any], settings: Settings) -> None:
    settings.WEB_CONCURRENCY = 3

    call_command("serve")

    command = become["command"]
    assert command[command.index("--workers") + 1] == "3"


def test_no_variable_of_granian_has_a_say(become: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRANIAN_LOG_ACCESS_ENABLED", "true")

    call_command("serve")

    assert [name for name in become["env"] if name.startswith("GRANIAN")] == []
    assert become["env"].keys() < os.environ.keys()


@pytest.mark.parametrize(
    "bind",
    ["8000", ":8000", "localhost", "localhost:http", "localhost:", "", "localhost:65536", "127.0.0.1:-1"],
)
def test_an_address_that_is_none_is_refused_in_a_sentence(become: dict[str, Any], bind: str) -> None:
    with pytest.raises(CommandError, match=r"^BIND must be HOST:PORT or unix:/path, such as"):
        call_command("serve", bind=bind)
    assert become == {}


@pytest.mark.parametrize(
    "bind", ["no-such-host.invalid:8000", "256.1.1.1:8000", "192.0.2.1:8000", f"{'x' * 70}.test:8000"]
)
def test_a_place_where_nobody_can_listen_is_told_in_a_sentence(become: dict[str, Any], bind: str) -> None:
    with pytest.raises(CommandError, match=rf"^BIND: nobody can listen at {bind}: .*\.$"):
        call_command("serve", bind=bind)
    assert become == {}


def test_a_port_that_is_taken_is_told_in_a_sentence(become: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(
            CommandError, match=rf"^BIND: nobody can listen at {bind}: Address already in use"
        ):
            call_command("serve", bind=bind)
    assert become == {}


@pytest.mark.parametrize("bind", ["unix:", "unix:/no/such/folder/a.sock", "unix:/"])
def test_a_socket_in_a_folder_that_is_not_there_is_refused(become: dict[str, Any], bind: str) -> None:
    with pytest.raises(CommandError, match=r"^BIND must name a socket in a folder that is there"):
        call_command("serve", bind=bind)
    assert become == {}


@pytest.mark.slow
@pytest.mark.django_db
def test_it_serves_at_a_unix_socket_that_every_account_can_connect_to(tmp_path: Path) -> None:
    place = tmp_path / "socket"
    environment = {**os.environ, **database_environment(), "BIND": f"unix:{place}"}
    with subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=ROOT, env=environment) as process:
        try:
            with closing(socket.socket(socket.AF_UNIX)) as connection:
                connection.settimeout(20)
                assert eventually(lambda: connection.connect_ex(str(place)) == 0)
                connection.sendall(request("GET /healthz HTTP/1.1"))
                found = answers(read_to_the_end(connection))
            mode = place.stat().st_mode & 0o777
        finally:
            process.terminate()

    assert [answer.body for answer in found] == [b'{"status": "ok"}']
    assert mode == 0o666
    assert not place.exists()
