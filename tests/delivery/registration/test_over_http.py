"""Subscriptions asked of a real server: bodies of PATCH, and of methods whose bodies mean nothing."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson
import pytest

from delivery.models import Subscription
from demo.management.commands.demo import OPENED
from testbed.feeds import FEED
from testbed.servers import Server, serve
from tests.delivery.registration.requests import BODY, PATH
from tests.promises.raw import exchange, request

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable")]


@pytest.fixture
def connection(server: Server) -> Iterator[HTTPConnection]:
    """One connection, kept for all requests of a test."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.connect()
    connection.auto_open = False
    yield connection
    connection.close()


def ask(connection: HTTPConnection, token: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and body of the answer."""
    content = None if body is None else orjson.dumps(body)
    connection.request(method, path, content, {"X-Subject-Token": token})
    answer = connection.getresponse()
    read = answer.read()
    return answer.status, orjson.loads(read) if read else None


def test_a_subscription_lives_on_one_connection(connection: HTTPConnection, token: str) -> None:
    status, made = ask(connection, token, "POST", PATH, BODY)
    path = f"{PATH}/{made['subscriptionId']}"
    patched = ask(connection, token, "PATCH", path, {"name": "Other", "webhook": {"rate": "5/s"}})
    shown = ask(connection, token, "GET", path)
    deleted = ask(connection, token, "DELETE", path, {"name": "x" * 1_000})
    gone = ask(connection, token, "GET", path)

    webhook = {name: value for name, value in made["webhook"].items() if name != "secret"}
    expected = made | {"name": "Other", "webhook": webhook | {"rate": "5/s"}}
    assert status == 201
    assert patched == shown == (200, expected)
    assert deleted == (204, None)
    assert gone[0] == 404


def test_a_body_of_get_means_nothing(server: Server, token: str) -> None:
    fields = [f"X-Subject-Token: {token}", "Content-Length: 2"]

    answers = exchange(server, request(f"GET {PATH} HTTP/1.1", *fields, body="{}"))

    assert [answer.status for answer in answers] == [200]


@pytest.mark.parametrize(
    ("length", "body", "status"),
    [(20, '{"name": "Cut off"}', 408), (66_560, "", 413)],
    ids=["truncated", "65 KiB"],
)
def test_a_patch_whose_body_does_not_come_whole_changes_nothing(
    connection: HTTPConnection, server: Server, token: str, length: int, body: str, status: int
) -> None:
    made = ask(connection, token, "POST", PATH, BODY)[1]["subscriptionId"]
    fields = [f"X-Subject-Token: {token}", f"Content-Length: {length}"]
    before = Subscription.objects.values().get()

    answers = exchange(server, request(f"PATCH {PATH}/{made} HTTP/1.1", *fields, body=body))

    assert [answer.status for answer in answers] == [status]
    assert Subscription.objects.values().get() == before


def test_polls_are_answered_while_a_test_waits_for_a_black_hole(tmp_path: Path, token: str) -> None:
    with (
        serve(tmp_path, 0, WEB_THREADS="2", **OPENED) as server,
        socket.create_server(("127.0.0.1", 0)) as hole,
        ThreadPoolExecutor(1) as thread,
    ):
        first, second = (HTTPConnection("127.0.0.1", server.port, timeout=20) for _ in range(2))
        url = f"http://127.0.0.1:{hole.getsockname()[1]}/"
        body = BODY | {"webhook": {"url": url}}
        path = f"{PATH}/{ask(first, token, 'POST', PATH, body)[1]['subscriptionId']}/test"
        waiting = thread.submit(ask, first, token, "POST", path)
        taken, _ = hole.accept()  # the test is under way

        started = time.monotonic()
        refused = ask(second, token, "POST", path)
        polls = {ask(second, token, "GET", FEED)[0] for _ in range(20)}
        seconds = time.monotonic() - started
        taken.close()
        told = waiting.result(20)
        first.close()
        second.close()

    assert (refused[0], refused[1]["code"]) == (503, "TEST_UNDER_WAY")
    assert polls == {200}
    assert seconds < 5
    assert (told[0], told[1]["delivered"]) == (200, False)
