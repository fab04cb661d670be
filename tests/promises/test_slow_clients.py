"""Clients that send or read slowly, or not at all, take nothing from the others, and are let go in time.

Fails when gunicorn.conf.py names gunicorn's own `gthread` as the worker, which four of them stop; when
`murder_keepalived` is taken out of acommerce_status.worker.Worker, as many as it takes connections keep the
next one out; and when `worker_connections` is taken out of gunicorn.conf.py, too many end the process.
"""

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from acommerce_status.arrival import REQUEST_SECONDS
from acommerce_status.worker import ANSWER_SECONDS
from testbed.servers import Server, serve
from tests.promises.raw import TIMEOUT, connect, exchange, request

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

MANY, PLACES = 40, 20
HEALTH = request("GET /healthz HTTP/1.1")
LARGE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"

STARTS = {
    "nothing": b"",
    "half a line": b"GET /heal",
    "a line": b"GET /healthz\r\n",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "half a body": b"POST /identity/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{",
    "half an unread body": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{",
    "a request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a second request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET",
    "a last request": b"GET /healthz HTTP/1.0\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.fixture(scope="module")
def narrow(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that takes fewer connections than there will be."""
    places = f"--worker-connections {PLACES}"
    with serve(tmp_path_factory.mktemp("server"), GUNICORN_CMD_ARGS=places) as running:
        seconds_of_an_answer(running)
        yield running


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Keeps connections open until the test ends."""
    with ExitStack() as opened:
        yield opened


def seconds_of_an_answer(server: Server, timeout: float = TIMEOUT) -> float:
    started = time.monotonic()
    assert [answer.body for answer in exchange(server, HEALTH, timeout)] == [b'{"status": "ok"}']
    return time.monotonic() - started


@pytest.mark.parametrize("start", STARTS)
def test_many_that_send_no_more_do_not_delay_the_next(server: Server, stack: ExitStack, start: str) -> None:
    for _ in range(MANY):
        stack.enter_context(connect(server)).sendall(STARTS[start])
    time.sleep(0.2)

    assert seconds_of_an_answer(server) < 3


@pytest.mark.parametrize("start", STARTS)
def test_many_that_take_every_place_do_not_keep_the_next_out(
    narrow: Server, stack: ExitStack, start: str
) -> None:
    for _ in range(MANY):
        stack.enter_context(connect(narrow)).sendall(STARTS[start])
    time.sleep(0.2)

    assert seconds_of_an_answer(narrow) < 3


def test_more_connections_than_files_may_be_open_do_not_end_a_process(
    tmp_path: Path, stack: ExitStack
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        server = stack.enter_context(serve(tmp_path))
        seconds_of_an_answer(server)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    for _ in range(250):
        stack.enter_context(connect(server)).sendall(STARTS["a request"])

    assert seconds_of_an_answer(server) < 3
    assert "Too many open files" not in server.log.read_text()


def is_closed(connection: socket.socket) -> bool:
    """Whether the server closed it, found out by sending a byte more."""
    try:
        connection.sendall(b"x")
        while connection.recv(65_536, socket.MSG_DONTWAIT):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def test_who_sends_a_byte_now_and_then_is_let_go_in_time(server: Server, stack: ExitStack) -> None:
    slow = STARTS.keys() - {"a request"}
    open_still = {start: stack.enter_context(connect(server)) for start in slow}
    for start, connection in open_still.items():
        connection.sendall(STARTS[start])

    deadline = time.monotonic() + REQUEST_SECONDS + 5
    while open_still and time.monotonic() < deadline:
        time.sleep(0.5)
        open_still = {start: found for start, found in open_still.items() if not is_closed(found)}

    assert open_still == {}


def test_who_holds_a_thread_by_not_taking_an_answer_is_cut_off(tmp_path: Path, stack: ExitStack) -> None:
    answer = request(f"GET {LARGE} HTTP/1.1").replace(b"Connection: close", b"Connection: keep-alive")
    with serve(tmp_path, WEB_THREADS="2") as server:
        seconds_of_an_answer(server)
        readers = [stack.enter_context(socket.socket()) for _ in range(2)]
        for reader in readers:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", server.port))
            reader.sendall(answer * 8)
        time.sleep(1)
        seconds = seconds_of_an_answer(server, timeout=ANSWER_SECONDS + 10)

    assert 5 < seconds < ANSWER_SECONDS + 10
