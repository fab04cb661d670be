"""Requests that no honest client makes, sent to the documented gunicorn: refused, and the worker lives."""

import pytest

from testbed.servers import Server
from tests.promises.malformed import NEXT, REFUSED, SECRET
from tests.promises.raw import answers, connect, exchange, request

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_our_shape_and_what_follows_it_is_not_read(server: Server, case: str) -> None:
    status, data = REFUSED[case]

    refused, *others = exchange(server, data)
    alive = exchange(server, request("GET /healthz HTTP/1.1"))

    assert others == []
    assert (refused.status, refused.json["status"]) == (status, status)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["connection"] == "close"
    assert refused.headers["x-request-id"] == refused.json["requestId"]
    assert set(refused.json) == {"type", "title", "status", "detail", "code", "requestId"}
    assert [answer.body for answer in alive] == [b'{"status": "ok"}']
    log = server.log.read_text()
    assert refused.json["requestId"] in log
    assert SECRET not in log + repr(refused)
    assert "/smuggled" not in log


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
        ("CONNECT evil.example:443 HTTP/1.1", 404),
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
    assert found[0].headers["server"] == "gunicorn"  # and no version


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
    assert "/smuggled" not in server.log.read_text()


def test_after_a_body_too_large_to_wait_for_nothing_is_read(server: Server) -> None:
    length = 5_000_000
    with connect(server) as connection:
        connection.sendall(
            f"POST /identity/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        connection.sendall(b" " * 70_000)
        first = connection.recv(65_536)
        connection.sendall(b" " * (length - 70_000) + NEXT.encode())
        found = answers(first + b"".join(iter(lambda: connection.recv(65_536), b"")))

    assert [answer.status for answer in found] == [400]
    assert found[0].headers["connection"] == "close"
    assert "/smuggled" not in server.log.read_text()
