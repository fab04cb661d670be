"""A web worker that is killed takes answers with it, but nothing that a client has.

What must be there for these tests to pass, tried by taking it out:
* `response["Content-Length"]` in `acommerce_status.middleware.AccessMiddleware`: without it the client of the
  first test cannot tell that a page was cut off.
The second has no line of its own: it would fail if a worker remembered anything of what a client has had.
"""

import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from orders.publishing import ingest
from testbed.events import new_orders
from testbed.installation import eventually
from testbed.servers import Server, database_environment, serve
from tests.promises.events import CHANNELS, PARTNERS, platform_events
from tests.promises.hanging import processes
from tests.promises.polling import admitted, watching
from tests.published import documents

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

FEED = f"/v3/channel/{CHANNELS[0]}/sales-order-status"
KILLS = 8
TIMEOUT = 30


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Server]:
    """A server with two workers."""
    with serve(tmp_path / "server", WEB_CONCURRENCY="2", LOG_LEVEL="ERROR") as server:
        yield server


def kill_workers(server: Server) -> None:
    """Once both are there."""
    assert eventually(lambda: len(processes(server)) == 3)
    for worker in processes(server)[1:]:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


def slow_reader(server: Server, token: str) -> socket.socket:
    """A connection that has asked for a page, and has room for a few kilobytes of it only."""
    connection = socket.socket()
    connection.settimeout(TIMEOUT)
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


def test_a_page_that_was_cut_off_is_noticed_and_comes_again(workers: Server) -> None:
    where = {"channelId": CHANNELS[0], "partnerId": PARTNERS[0]}
    ingest.publish(each for _ in range(15) for each in new_orders(100, detail="x" * 4000, **where))
    token = admitted()

    with slow_reader(workers, token) as connection:
        start = b""
        while b'"orders":[{' not in start:
            start += connection.recv(500) or pytest.fail("the server hung up")
        kill_workers(workers)
        head, _, body = (start + read_to_the_end(connection)).partition(b"\r\n\r\n")
    with watching(workers.url, token) as watch:
        pass

    length = re.search(rb"Content-Length: (\d+)", head)
    assert length
    assert 0 < len(body) < int(length[1])
    assert not watch.lost(documents(database_environment()["DATABASE_URL"]))


def test_workers_killed_while_they_answer_lose_no_update(workers: Server) -> None:
    events = platform_events(seed=3, count=250 * KILLS)

    with watching(workers.url, admitted()) as watch:
        for start in range(0, len(events), 250):
            ingest.publish(events[start : start + 250], batch_size=50)
            watch.wait_for_answers(10)
            kill_workers(workers)

    assert watch.interruptions > KILLS / 2
    assert not watch.lost(documents(database_environment()["DATABASE_URL"]))
