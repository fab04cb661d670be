"""Processes come and go under load: SIGHUP replaces all, and one that is killed is replaced.

What must be there for these tests to pass, tried by taking it out of the command `serve`:
* `--respawn-interval`, or `START` of less than a start takes: nobody listens for a moment.
* `--respawn-failed-workers`: the first process that dies ends all.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from testbed.installation import eventually
from testbed.nginx import NGINX, proxied
from testbed.servers import Server, serve
from tests.promises.hanging import processes

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

CLIENTS, RELOADS, WORKERS = 8, 5, 2


class Client(threading.Thread):
    """Asks again and again until told to stop. `failures` are questions without an answer of 200."""

    def __init__(self, server: Server, *, keeps: bool, retries: int = 0) -> None:
        super().__init__()
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
        self.keeps, self.retries = keeps, retries
        self.answers, self.failures, self.stopping = 0, list[str](), False

    def run(self) -> None:
        while not self.stopping:
            self.ask(self.retries)
            time.sleep(0.005)
        self.connection.close()

    def ask(self, retries: int) -> None:
        try:
            self.connection.request("GET", "/healthz", headers={} if self.keeps else {"Connection": "close"})
            response = self.connection.getresponse()
            assert (response.status, response.read()) == (200, b'{"status": "ok"}')
            self.answers += 1
        except (OSError, HTTPException, AssertionError) as failure:
            self.connection.close()
            if retries:
                self.ask(retries - 1)
            else:
                self.failures.append(repr(failure))


@contextmanager
def asking(*clients: Client) -> Iterator[None]:
    """The clients ask until the block ends."""
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stopping = True
        for client in clients:
            client.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serve(tmp_path / "server", WEB_CONCURRENCY=str(WORKERS), LOG_LEVEL="ERROR") as running:
        assert eventually(lambda: listening(running) == WORKERS)
        yield running


def listening(server: Server) -> int:
    """How many processes take connections: each has a socket of its own."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{server.port:04X}") and row[3] == "0A" for row in rows)


def reload(server: Server) -> None:
    """Returns when every process is a new one."""
    before = {*processes(server)[1:]}
    os.kill(server.pid, signal.SIGHUP)
    assert eventually(lambda: len(new := {*processes(server)[1:]}) == WORKERS and not new & before)


def test_reloads_cost_at_most_a_second_try_and_nothing_through_nginx(server: Server, tmp_path: Path) -> None:
    with ExitStack() as stack:
        clients = [Client(server, keeps=keeps, retries=1) for keeps in [True, False] * CLIENTS]
        if NGINX:
            proxy = stack.enter_context(proxied(server, tmp_path / "nginx"))
            clients += [Client(proxy, keeps=keeps) for keeps in [True, False] * (CLIENTS // 2)]
        with asking(*clients):
            for _ in range(RELOADS):
                reload(server)

    assert [client.failures for client in clients] == [[]] * len(clients)
    assert min(client.answers for client in clients) > 100 * RELOADS
    if not NGINX:
        pytest.skip("there is no nginx here: it passed without")


def test_a_process_that_is_killed_is_replaced(server: Server) -> None:
    victim = processes(server)[1]
    os.kill(victim, signal.SIGKILL)

    assert eventually(lambda: victim not in processes(server) and len(processes(server)) == 1 + WORKERS)
    with asking(client := Client(server, keeps=False)):
        time.sleep(1)
    assert client.answers > 0
    assert client.failures == []
