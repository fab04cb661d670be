"""A web worker that is killed takes answers with it, but nothing that a client has."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from callers.administration import create_caller
from callers.tokens import issue_token
from orders import ingest
from tests.factories import new_orders
from tests.promises import workload
from tests.promises.state import documents
from tests.promises.watching import watching
from tests.servers import Server, database_environment, serve

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

FEED = f"/v3/channel/{workload.CHANNELS[0]}/sales-order-status"
KILLS = 8
PATIENCE = 30


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Server]:
    """A server with two workers."""
    with serve(tmp_path / "server", WEB_CONCURRENCY="2", LOG_LEVEL="ERROR") as server:
        yield server


@pytest.fixture
def token() -> str:
    key = create_caller(
        username="poller", channels=workload.CHANNELS, partners=workload.PARTNERS, rate="100000000/m"
    )
    return issue_token(username="poller", key=key)[0]


def kill_workers(server: Server) -> int:
    """How many were there to be killed."""
    pids = re.findall(r"Booting worker with pid: (\d+)", server.log.read_text())
    killed = 0
    for pid in pids[-2:]:
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
            killed += 1
    return killed


def slow_reader(server: Server, token: str) -> socket.socket:
    """A connection that has asked for a page, and has room for a few kilobytes of it only."""
    connection = socket.socket()
    connection.settimeout(PATIENCE)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(f"GET {FEED} HTTP/1.1\r\nHost: localhost\r\nX-Subject-Token: {token}\r\n\r\n".encode())
    return connection


def read_to_the_end(connection: socket.socket) -> bytes:
    parts = []
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_a_page_that_was_cut_off_is_noticed_and_comes_again(workers: Server, token: str) -> None:
    """Fails without `response["Content-Length"] = ...` in AccessMiddleware, by which it is noticed."""
    where = {"channelId": workload.CHANNELS[0], "partnerId": workload.PARTNERS[0]}
    ingest.publish(each for _ in range(15) for each in new_orders(100, detail="1" * 4000, **where))

    with slow_reader(workers, token) as connection:
        start = b""
        while b"\r\n\r\n{" not in start:
            start += connection.recv(500) or pytest.fail("the server hung up")
        killed = kill_workers(workers)
        head, _, body = (start + read_to_the_end(connection)).partition(b"\r\n\r\n")
    with watching(workers.url, token) as watch:
        pass

    length = re.search(rb"Content-Length: (\d+)", head)
    assert killed == 2
    assert length
    assert 0 < len(body) < int(length[1])
    assert watch.held()[0] == documents(database_environment()["DATABASE_URL"])


def test_workers_killed_while_they_answer_lose_no_update(workers: Server, token: str) -> None:
    told = workload.lines(seed=3, count=250 * KILLS)
    killed = 0

    with watching(workers.url, token) as watch:
        for start in range(0, len(told), 250):
            ingest.publish(told[start : start + 250], batch_size=50)
            watch.wait_for_answers(10)
            killed += kill_workers(workers)

    assert killed >= KILLS
    assert watch.interruptions
    assert watch.held() == watch.expected(documents(database_environment()["DATABASE_URL"]))
