"""Receivers of webhooks on this machine, which record what they get and answer as a test wants."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One POST; `status` is what it was answered with, 0 until then."""

    time: float
    headers: dict[str, str]
    body: bytes
    status: int = 0

    @property
    def order(self) -> dict[str, Any]:
        """The order in it."""
        found: dict[str, Any] = json.loads(self.body)
        return found


Answer = tuple[int, dict[str, str]]


@dataclass
class Receiver:
    """`answer` decides what a POST is answered with: a status and headers."""

    url: str
    answer: Callable[[Received], Answer] = lambda received: (204, {})
    received: list[Received] = field(default_factory=list)
    accepted: dict[str, str] = field(default_factory=dict)
    """The newest `updatedTime` of each order that was answered by 2xx."""
    under_way: list[str] = field(default_factory=list)
    twice_at_once: list[str] = field(default_factory=list)

    def backwards(self) -> list[str]:
        """The orders of which an older state came after a newer one."""
        last: dict[str, str] = {}
        found = []
        for post in self.received:
            order, moment = post.order["orderId"], post.headers["X-Acomm-Updated-Time"]
            if moment < last.get(order, ""):
                found.append(order)
            last[order] = moment
        return found

    def orders(self) -> list[str]:
        """The order ids, in the order in which they came."""
        return [post.order["orderId"] for post in self.received]

    def take(self, received: Received) -> Answer:
        """Answer one POST. Runs in a thread of its own."""
        order = received.order["orderId"]
        if order in self.under_way:
            self.twice_at_once.append(order)
        self.under_way.append(order)
        try:
            self.received.append(received)
            status, headers = self.answer(received)
            received.status = status
            if 200 <= status < 300:
                moment = received.headers["X-Acomm-Updated-Time"]
                self.accepted[order] = max(moment, self.accepted.get(order, ""))
            return status, headers
        finally:
            self.under_way.remove(order)


@contextmanager
def receiving(answer: Callable[[Received], Answer] | None = None, port: int = 0) -> Iterator[Receiver]:
    """A receiver on a port, of its own unless one is given, until the block ends."""
    server = Server(("127.0.0.1", port), Handler)
    server.receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    if answer:
        server.receiver.answer = answer
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.receiver
    finally:
        server.shutdown()
        server.server_close()


class Server(ThreadingHTTPServer):
    """Has a receiver."""

    daemon_threads = True
    receiver: Receiver


class Handler(BaseHTTPRequestHandler):
    """Hands each POST to the receiver, and its answer back."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers = self.server.receiver.take(Received(time.time(), dict(self.headers.items()), body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""
