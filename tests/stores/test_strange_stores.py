"""A counters' store that answers, but not with a count: a cluster, a replica, one that is loading or full."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django import Settings

from stores.counters import CounterStore
from testbed.feeds import FEED, PATH

pytestmark = pytest.mark.wire

ANSWERS = {
    "the slot is elsewhere": b"-MOVED 3999 127.0.0.1:6381\r\n",
    "the slot is moving": b"-ASK 3999 127.0.0.1:6381\r\n",
    "try again": b"-TRYAGAIN Multiple keys request during rehashing of slot\r\n",
    "the cluster is down": b"-CLUSTERDOWN The cluster is down\r\n",
    "a replica": b"-READONLY You can't write against a read only replica.\r\n",
    "a replica without its master": b"-MASTERDOWN Link with MASTER is down\r\n",
    "loading": b"-LOADING Redis is loading the dataset in memory\r\n",
    "full": b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
    "its disk is full": b"-MISCONF Redis is configured to save RDB snapshots\r\n",
    "a password is asked for": b"-NOAUTH Authentication required.\r\n",
    "not allowed": b"-NOPERM this user has no permissions to run the 'eval' command\r\n",
    "busy": b"-BUSY Redis is busy running a script.\r\n",
    "too many clients": b"-ERR max number of clients reached\r\n",
    "a word": b"+OK\r\n",
    "nothing": b"$-1\r\n",
    "a list": b"*2\r\n:1\r\n:2\r\n",
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "bytes": b"\x00\xff\xfe\r\n",
    "half an answer": b"$1000\r\nabc",
}
GREETINGS = {b"HELLO": b"%1\r\n$5\r\nproto\r\n:3\r\n", b"CLIENT": b"+OK\r\n", b"SELECT": b"+OK\r\n"}


class _Handler(socketserver.StreamRequestHandler):
    """Greets as Redis does, and has one answer to all else."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            words = [self._word() for _ in range(int(line[1:]))]
            self.wfile.write(GREETINGS.get(words[0]) or ANSWERS[self.server.case])  # type: ignore[attr-defined]  # see below

    def _word(self) -> bytes:
        self.rfile.readline()
        return self.rfile.readline().strip()


@contextmanager
def store_that_says(case: str) -> Iterator[str]:
    """The URL of one."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        server.case = case  # type: ignore[attr-defined]  # for the handler
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"redis://127.0.0.1:{server.server_address[1]}/0"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("case", ANSWERS)
def test_whatever_it_says_the_answer_is_given_uncounted(api: Client, settings: Settings, case: str) -> None:
    settings.CALLER_RATE = settings.ORDER_RATE = "1/m"
    with store_that_says(case) as url:
        store = {"BACKEND": "stores.counters.CounterStore", "LOCATION": url}
        settings.CACHES = {**settings.CACHES, "limits": store}
        answers = [api.get(path) for path in (FEED, f"{FEED}/id?id=A", PATH) for _ in range(2)]
        counters = caches["limits"]

        assert isinstance(counters, CounterStore)
        assert [answer.status_code for answer in answers] == [200] * 6
        assert not any("RateLimit" in answer.headers for answer in answers)
        assert counters.uncounted == 8  # two requests for an order count twice
        assert not counters.can_count()
