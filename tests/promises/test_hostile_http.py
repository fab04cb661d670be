"""Requests that no honest client makes, sent to a real server, alone and behind nginx: refused, and it lives.

Fails when a check is taken out of acommerce_status.requests: then the case named for it is answered.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from testbed.nginx import NGINX, proxied
from testbed.servers import Server, serve
from tests.promises.malformed import BEHIND_NGINX, NEXT, ODD, REFUSED, SECRET, SMUGGLED, UNREADABLE
from tests.promises.raw import Answer, answers, connect, exchange, read_to_the_end, request

pytestmark = pytest.mark.django_db

HEALTH = request("GET /healthz HTTP/1.1")


@pytest.fixture(scope="module")
def nginx(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """nginx in front of `server`."""
    if not NGINX:
        pytest.skip("there is no nginx here")
    with proxied(server, tmp_path_factory.mktemp("nginx")) as running:
        yield running


def is_problem(refused: Answer, status: int) -> bool:
    """Whether it is the whole problem, in the contract's shape."""
    return (
        (refused.status, refused.json["status"]) == (status, status)
        and refused.headers["content-type"] == "application/problem+json"
        and refused.headers["x-request-id"] == refused.json["requestId"]
        and set(refused.json) == {"type", "title", "status", "detail", "code", "requestId"}
    )


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_our_shape_and_what_follows_it_is_not_read(server: Server, case: str) -> None:
    status, data = REFUSED[case]

    refused, *others = exchange(server, data)

    assert others == []
    assert is_problem(refused, status)
    assert refused.headers["connection"] == "close"
    assert [answer.body for answer in exchange(server, HEALTH)] == [b'{"status": "ok"}']
    log = server.log.read_text()
    assert f"id={refused.json['requestId']}" in log
    assert SECRET not in log + repr(refused)
    assert SMUGGLED not in log


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_refused_and_nothing_of_it_is_told(server: Server, case: str) -> None:
    status, data = UNREADABLE[case]

    (refused,) = exchange(server, data)

    assert (refused.status, refused.body, refused.headers["connection"]) == (status, b"", "close")
    assert [answer.body for answer in exchange(server, HEALTH)] == [b'{"status": "ok"}']
    assert SECRET not in server.log.read_text() + repr(refused)
    assert SMUGGLED not in server.log.read_text()


@pytest.mark.parametrize("case", ODD)
def test_what_is_odd_but_clear_is_one_request(server: Server, case: str) -> None:
    status, data = ODD[case]

    assert [answer.status for answer in exchange(server, data)] == [status]
    assert SECRET not in server.log.read_text()


def test_another_protocol_is_hung_up_on(server: Server) -> None:
    assert exchange(server, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == []


@pytest.mark.parametrize("case", [*REFUSED, *(UNREADABLE.keys() - {"HTTP/0.9"})])
def test_nginx_lets_none_through_and_refuses_in_our_shape(nginx: Server, server: Server, case: str) -> None:
    status, data = (REFUSED | UNREADABLE)[case]
    status = BEHIND_NGINX.get(case, status)

    refused, *others = exchange(nginx, data)

    assert others == []
    assert is_problem(refused, status) if status >= 400 else refused.status == status
    logs = server.log.read_text() + "".join(file.read_text() for file in nginx.log.parent.glob("*log"))
    assert SECRET not in logs + repr(refused)
    assert SMUGGLED not in logs


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET http://evil.example/healthz HTTP/1.1", 200),
        ("GET //evil.example/healthz HTTP/1.1", 404),
        ("GET /healthz%00 HTTP/1.1", 404),
        ("GET /%FF%FE HTTP/1.1", 404),
        ("GET /%0d%0aSet-Cookie:%20evil=1 HTTP/1.1", 404),
        ("GET /static/../../manage.py HTTP/1.1", 404),
        ("GET /static/%2e%2e/%2e%2e/manage.py HTTP/1.1", 404),
        ("GET /static/..%5c..%5cmanage.py HTTP/1.1", 404),
        ("GET /#/healthz HTTP/1.1", 200),
        ("OPTIONS * HTTP/1.1", 404),
        ("TRACE /healthz HTTP/1.1", 405),
        ("PROPFIND / HTTP/1.1", 405),
        (f"GET /v3/channel/x/sales-order-status?{'a=&' * 3_000} HTTP/1.1", 401),
        (f"GET /healthz?{'%' * 5_000} HTTP/1.1", 200),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_may_be_asked_strangely_is_answered_as_ever(server: Server, line: str, status: int) -> None:
    found = exchange(server, request(line))

    assert [answer.status for answer in found] == [status]
    assert "evil" not in repr([*found[0].headers.items()])
    assert "set-cookie" not in found[0].headers
    assert found[0].headers["server"] == "granian"  # and no version


def test_requests_sent_at_once_are_answered_in_order(server: Server) -> None:
    paths = [f"/nope{number}" for number in range(20)]
    asked = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: {path}\r\n\r\n" for path in paths]

    found = exchange(server, "".join(asked).encode() + request("GET /healthz HTTP/1.1"))

    assert [answer.headers["x-request-id"] for answer in found[:-1]] == paths
    assert found[-1].status == 200


@pytest.mark.parametrize("path", ["/healthz", "/nope", "/v3/channel/x/sales-order-status"])
def test_a_body_that_nobody_asked_for_is_not_a_request(server: Server, path: str) -> None:
    first = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(NEXT)}\r\n\r\n{NEXT}"

    found = exchange(server, first.encode() + request("GET /healthz HTTP/1.1"))

    assert len(found) == 2
    assert found[1].body == b'{"status": "ok"}'
    assert SMUGGLED not in server.log.read_text()


def test_a_next_request_that_is_read_would_be_seen_in_the_log(tmp_path: Path) -> None:
    with serve(tmp_path) as server:
        exchange(server, NEXT.encode() + HEALTH)

        assert SMUGGLED in server.log.read_text()


def test_after_a_body_that_is_not_read_nothing_is_read(server: Server) -> None:
    length = 5_000_000
    with connect(server) as connection:
        connection.sendall(
            f"POST /identity/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        connection.sendall(b" " * 70_000)
        first = connection.recv(65_536)
        with suppress(OSError):  # the connection is closed, as it says
            connection.sendall(b" " * (length - 70_000) + NEXT.encode())
        found = answers(first)

    assert [answer.status for answer in found] == [413]
    assert found[0].headers["connection"] == "close"
    assert SMUGGLED not in server.log.read_text()


@pytest.mark.parametrize("body", ["{}", "{" * 60_000])
def test_who_waits_to_be_told_to_go_on_is_told(server: Server, body: str) -> None:
    head = request("POST /identity/token HTTP/1.1", f"Content-Length: {len(body)}", "Expect: 100-continue")
    with connect(server) as connection:
        connection.sendall(head)
        told = connection.recv(65_536)
        connection.sendall(body.encode())
        found = answers(b"".join(iter(lambda: connection.recv(65_536), b"")))

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert [(answer.status, answer.json["code"]) for answer in found] == [(400, "BAD_BODY")]


@pytest.mark.parametrize(
    ("line", "length", "status"),
    [("GET /healthz HTTP/1.1", 5, 200), ("POST /identity/token HTTP/1.1", 70_000, 413)],
)
def test_who_waits_for_leave_to_send_what_nobody_reads_is_answered(
    server: Server, line: str, length: int, status: int
) -> None:
    found = exchange(server, request(line, f"Content-Length: {length}", "Expect: 100-continue"))

    assert [answer.status for answer in found] == [status]


def test_a_body_that_ends_early_never_reaches_the_application(server: Server) -> None:
    before = server.log.read_text().count("POST /identity/token")
    with connect(server) as connection:
        connection.sendall(
            request("POST /identity/token HTTP/1.1", "Content-Length: 100", body='{"auth": {}}')
        )
        connection.shutdown(socket.SHUT_WR)
        found = answers(read_to_the_end(connection))

    assert [answer.json["code"] for answer in found] in ([], ["BAD_REQUEST"])
    assert "refused: body cut off" in server.log.read_text()
    assert server.log.read_text().count("POST /identity/token") == before
