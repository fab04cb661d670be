"""What only shows between a real client and a real server process."""

import http.client
import socket
from collections.abc import Iterator

import pytest

from testbed.events import new_orders
from testbed.feeds import FEED
from testbed.servers import Server
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed")]

PATHS = ["/", "/healthz", "/nope", FEED, f"/v2{FEED.removeprefix('/v3')}"]


@pytest.fixture
def connection(server: Server) -> Iterator[http.client.HTTPConnection]:
    """One connection, kept open, that notices when a body is longer or shorter than it was said to be."""
    opened = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    yield opened
    opened.close()


def exchange(server: Server, *requests: str) -> str:
    """Every byte that comes back for requests sent at once, the last of which closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as raw:
        raw.sendall("".join(requests).encode())
        return b"".join(iter(lambda: raw.recv(65_536), b"")).decode()


def lines(method: str, path: str, token: str, *more: str) -> str:
    """A request as it goes over the wire."""
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", "Host: localhost", f"X-Subject-Token: {token}", *more, "", ""]
    )


@pytest.mark.parametrize("path", PATHS)
def test_head_sends_headers_only(server: Server, publish: Publish, token: str, path: str) -> None:
    publish(*new_orders(30))

    answer = exchange(server, lines("HEAD", path, token, "Connection: close"))

    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 ")
    assert body == ""


@pytest.mark.parametrize("path", PATHS)
def test_after_head_and_options_the_connection_goes_on(
    server: Server, publish: Publish, token: str, path: str
) -> None:
    publish(*new_orders(30))
    etag = (
        exchange(server, lines("GET", FEED, token, "Connection: close")).split('etag: W/"')[1].split('"')[0]
    )

    answer = exchange(
        server,
        lines("HEAD", path, token),
        lines("OPTIONS", path, token),
        lines("GET", FEED, token, f'If-None-Match: "{etag}"'),
        lines("GET", "/healthz", token, "Connection: close"),
    )

    assert answer.count("HTTP/1.1 ") == 4
    assert "HTTP/1.1 304 " in answer
    assert answer.endswith('{"status": "ok"}')


def test_a_parameter_of_ten_kilobytes_gets_our_own_error(
    connection: http.client.HTTPConnection, token: str
) -> None:
    connection.request("GET", f"{FEED}?{'x' * 10_240}=1", headers={"X-Subject-Token": token})
    response = connection.getresponse()

    assert (response.status, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert b"BAD_PARAMETERS" in response.read()


def test_a_body_too_long_for_the_application_gets_its_error_and_the_connection_goes_on(
    connection: http.client.HTTPConnection,
) -> None:
    connection.request("POST", "/identity/token", body=b" " * 60_000)
    response = connection.getresponse()
    refused = response.read()
    opened = connection.sock
    connection.request("GET", "/healthz")
    alive = connection.getresponse()

    assert (response.status, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert b"must be at most 16384 bytes" in refused
    assert alive.read() == b'{"status": "ok"}'
    assert connection.sock is opened


def test_a_body_too_long_for_the_server_gets_our_own_error(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/identity/token", body=b" " * 70_000)
    response = connection.getresponse()

    assert (response.status, response.headers["Content-Type"]) == (413, "application/problem+json")
    assert response.headers["Connection"] == "close"
    assert b"BAD_REQUEST" in response.read()
