"""A relay in front of a server that remembers what was asked, and how it was answered."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding")


@dataclass(frozen=True)
class Asked:
    """A request and its answer, and when that was given."""

    when: float
    line: str
    status: int
    retry_after: str | None


@dataclass
class Recorder:
    """`port` is the server's. While nobody answers there, the relay hangs up."""

    port: int
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def relay(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer as the server does."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length", "0")))
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(handler.command, handler.path, body, {**handler.headers})
            self._answer(handler, connection.getresponse())
        except (OSError, HTTPException):
            handler.close_connection = True
        finally:
            connection.close()

    def _answer(self, handler: BaseHTTPRequestHandler, answer: HTTPResponse) -> None:
        content = answer.read()
        self.asked.append(
            Asked(
                time.monotonic(),
                f"{answer.status} {handler.command} {handler.path}",
                answer.status,
                answer.headers["Retry-After"],
            )
        )
        handler.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)


@contextmanager
def recording(port: int) -> Iterator[Recorder]:
    """A relay to the server at `port` of this machine, until the block ends."""
    recorder = Recorder(port)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            recorder.relay(self)

        def do_POST(self) -> None:
            recorder.relay(self)

        def log_message(self, *args: object) -> None:
            """Nothing: `asked` is the log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        recorder.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield recorder
        finally:
            server.shutdown()
