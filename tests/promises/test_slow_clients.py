"""Clients that send or read slowly, or not at all, take nothing from the others, and are let go in time.

Each is tried on the server alone, and behind nginx, where the bad clients come from an address of their own.

What must be there for these tests to pass, tried by taking it out:
* in acommerce_status.front: `asyncio.timeout`, `MAX_BODIES`, and `wsgi.file_wrapper`;
* in acommerce_status.granian: `--http1-header-read-timeout`, and what `_connections` does about open files.
"""

import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from acommerce_status.granian import TIMEOUT_HEAD
from acommerce_status.requests import MAX_BODIES, TIMEOUT_BODY
from testbed.events import new_orders
from testbed.nginx import NGINX, proxied
from testbed.servers import ROOT, Server, serve
from tests.conftest import Publish
from tests.promises.hanging import processes
from tests.promises.raw import TIMEOUT, answers, connect, exchange, read_to_the_end, request

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

MANY = 120
PROMPTLY = 2  # seconds; it takes some milliseconds, on a machine that has nothing else to do
HEALTH = request("GET /healthz HTTP/1.1")
LARGE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
FEED = "/v3/channel/lazada-th/sales-order-status"
HALF_A_BODY = b"POST /identity/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"

STARTS = {
    "nothing": b"",
    "half a line": b"GET /heal",
    "a line": b"GET /healthz\r\n",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "half a body": HALF_A_BODY,
    "half an unread body": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{",
    "a request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a second request": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET",
    "a last request": b"GET /healthz HTTP/1.0\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.fixture(scope="module", params=["alone", "behind nginx"])
def place(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The server, or nginx in front of it."""
    if request.param == "alone":
        yield server
        return
    if not NGINX:
        pytest.skip("there is no nginx here")
    with proxied(server, tmp_path_factory.mktemp("nginx")) as running:
        yield running


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Keeps connections open until the test ends."""
    with ExitStack() as opened:
        yield opened


def bad_client(server: Server, receive_buffer: int = 0) -> socket.socket:
    """A connection from an address of its own."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(TIMEOUT)
    connection.bind(("127.0.0.66", 0))
    connection.connect(("127.0.0.1", server.port))
    return connection


def seconds_of(server: Server, asked: bytes = HEALTH, status: int = 200) -> float:
    """What an answer takes, with a new connection."""
    started = time.monotonic()
    assert [answer.status for answer in exchange(server, asked)] == [status]
    return time.monotonic() - started


def is_closed(connection: socket.socket) -> bool:
    """Whether the server closed it, found out by sending a byte more."""
    connection.setblocking(False)
    try:
        connection.sendall(b"x")
        while connection.recv(65_536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def test_an_open_connection_is_told_from_a_closed_one() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(TIMEOUT)
        assert not is_closed(ours)
        theirs.close()
        assert is_closed(ours)


@pytest.mark.parametrize("start", STARTS)
def test_many_that_send_no_more_do_not_delay_the_next(place: Server, stack: ExitStack, start: str) -> None:
    for _ in range(MANY):
        stack.enter_context(bad_client(place)).sendall(STARTS[start])
    time.sleep(0.2)

    assert seconds_of(place) < PROMPTLY


@pytest.mark.usefixtures("committed")
def test_half_sent_bodies_may_delay_tokens_but_never_a_poll(
    server: Server, place: Server, stack: ExitStack, publish: Publish, token: str
) -> None:
    publish(*new_orders(100, channelId="lazada-th"))
    poll = request(f"GET {FEED} HTTP/1.1", f"X-Subject-Token: {token}")
    wrong = request("POST /identity/token HTTP/1.1", "Content-Length: 2", body="{}")
    for _ in range(MANY):
        stack.enter_context(bad_client(place)).sendall(HALF_A_BODY)
    time.sleep(0.2)

    slowest = max(seconds_of(place, poll) for _ in range(50))
    token_meanwhile = exchange(place, wrong)[0].status
    time.sleep(TIMEOUT_BODY + 0.5)

    assert slowest < PROMPTLY
    assert token_meanwhile == (503 if place is server else 400)  # nginx keeps the halves to itself
    assert seconds_of(place, wrong, status=400) < PROMPTLY


def test_of_bodies_that_do_not_come_so_many_wait_and_the_others_are_told_so(
    server: Server, stack: ExitStack
) -> None:
    waiting = [stack.enter_context(bad_client(server)) for _ in range(MAX_BODIES)]
    for connection in waiting:
        connection.sendall(HALF_A_BODY)
    time.sleep(0.2)

    (refused,) = exchange(server, HALF_A_BODY)
    found = [answer for connection in waiting for answer in answers(read_to_the_end(connection))]

    assert (refused.status, refused.json["code"], refused.headers["retry-after"]) == (503, "UNAVAILABLE", "5")
    assert [(answer.status, answer.json["code"]) for answer in found] == [(408, "BAD_REQUEST")] * MAX_BODIES


@pytest.mark.parametrize("start", STARTS)
def test_who_sends_a_byte_now_and_then_is_let_go_in_time(
    server: Server, stack: ExitStack, start: str
) -> None:
    connection = stack.enter_context(bad_client(server))
    connection.sendall(STARTS[start])

    deadline = time.monotonic() + TIMEOUT_HEAD + 3
    while not (closed := is_closed(connection)) and time.monotonic() < deadline:
        time.sleep(0.5)

    assert closed


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("path", [LARGE, FEED])
def test_readers_that_never_read_hold_nothing(
    place: Server, stack: ExitStack, publish: Publish, token: str, path: str
) -> None:
    publish(*new_orders(100, channelId="lazada-th", detail="x" * 4000))
    asked = request(f"GET {path} HTTP/1.1", f"X-Subject-Token: {token}").replace(b"close", b"keep-alive")
    for _ in range(40):
        stack.enter_context(bad_client(place, receive_buffer=2048)).sendall(asked * 4)
    time.sleep(0.5)

    assert max(seconds_of(place) for _ in range(20)) < PROMPTLY


def test_files_that_nobody_takes_are_not_in_memory(tmp_path: Path, stack: ExitStack) -> None:
    server = stack.enter_context(serve(tmp_path))
    seconds_of(server, request(f"GET {LARGE} HTTP/1.1"))
    asked = request(f"GET {LARGE} HTTP/1.1").replace(b"close", b"keep-alive")
    before = megabytes(server)
    for _ in range(60):
        stack.enter_context(bad_client(server, receive_buffer=2048)).sendall(asked * 4)
    time.sleep(1)

    assert seconds_of(server) < PROMPTLY
    assert megabytes(server) - before < 30  # of hundreds that were asked for


def megabytes(server: Server) -> float:
    """What the server's processes hold."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in processes(server))
    return pages * resource.getpagesize() / 1e6


def test_a_client_that_goes_away_takes_nothing_along(place: Server) -> None:
    for start in (*STARTS.values(), request(f"GET {LARGE} HTTP/1.1")):
        for _ in range(20):
            with bad_client(place) as connection:
                connection.sendall(start)

    assert seconds_of(place) < PROMPTLY


def test_a_drip_of_bytes_costs_no_processor(server: Server, stack: ExitStack) -> None:
    drips = [stack.enter_context(bad_client(server)) for _ in range(6)]
    for drip in drips:
        drip.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 60_000)
    before = processor_seconds(server)
    started = time.monotonic()
    while (elapsed := time.monotonic() - started) < 4:
        for drip in drips:
            drip.sendall(b"a")
        time.sleep(0.002)

    assert processor_seconds(server) - before < elapsed / 4


def processor_seconds(server: Server) -> float:
    """What the server's processes have used."""
    ticks = 0
    for pid in processes(server):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100


def test_honest_connections_outlive_a_flood_of_half_requests(tmp_path: Path, stack: ExitStack) -> None:
    server = stack.enter_context(serve(tmp_path))
    honest = [stack.enter_context(connect(server)) for _ in range(10)]
    for connection in honest:
        connection.sendall(STARTS["a request"])
        assert connection.recv(65_536).endswith(b'{"status": "ok"}')
    stack.enter_context(open_files(3_000))
    for _ in range(1_900):  # they take every place, and most of the backlog
        stack.enter_context(bad_client(server)).sendall(STARTS["half a head"])
    for connection in honest:
        connection.sendall(STARTS["a request"])
        assert connection.recv(65_536).endswith(b'{"status": "ok"}')


@contextmanager
def open_files(limit: int) -> Iterator[None]:
    """This process, and those that it starts, may open so many until the block ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < limit:
        pytest.skip(f"no process may open {limit} files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_connections_than_files_may_be_open_do_not_end_a_process(
    tmp_path: Path, stack: ExitStack
) -> None:
    with open_files(200):
        server = stack.enter_context(serve(tmp_path))
    for _ in range(250):
        stack.enter_context(connect(server)).sendall(STARTS["a request"])

    assert seconds_of(server) < PROMPTLY
    assert "Too many open files" not in server.log.read_text()


def test_a_process_takes_no_more_connections_than_it_may_open_files() -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200));"
        "import django; django.setup();"
        "from acommerce_status.granian import _connections; print(_connections())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=60
    )

    assert done.stdout == "72\n"
