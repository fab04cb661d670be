"""Bytes to and from a server, as no HTTP client would send them."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from testbed.servers import Server

TIMEOUT = 20


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. Header names are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which must be JSON."""
        return orjson.loads(self.body)


def connect(server: Server, timeout: float = TIMEOUT) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=timeout)


def request(line: str, *fields: str, host: str = "localhost", body: str = "") -> bytes:
    """A request with `fields` as they stand, after which the connection closes."""
    return "\r\n".join([line, f"Host: {host}", "Connection: close", *fields, "", body]).encode()


def exchange(server: Server, data: bytes, timeout: float = TIMEOUT) -> list[Answer]:
    """All answers to `data`, until the server closes the connection."""
    with connect(server, timeout) as connection:
        with suppress(OSError):  # it may have refused us before the end
            connection.sendall(data)
        return answers(b"".join(iter(lambda: connection.recv(65_536), b"")))


def answers(data: bytes) -> list[Answer]:
    """The answers to GET or POST that `data` consists of, without a byte more or less."""
    found = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
        length = int(headers.get("content-length", "0"))
        assert len(data) >= length
        found.append(Answer(int(line.split()[1]), headers, data[:length]))
        data = data[length:]
    return found
