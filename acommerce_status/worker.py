"""gunicorn's threaded worker, where no client can make a thread wait and no refusal repeats what was sent.

gthread reads a request in the thread that will answer it, so that a few clients that send slowly, or not at
all, hold every thread. Here its poller watches a connection until the request has arrived whole; a thread
then parses and answers it, and never reads from the network. Who takes an answer too slowly is cut off.
"""

import socket
import time
import uuid
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import orjson
from gunicorn import util
from gunicorn.http import RequestParser, errors
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from acommerce_status.arrival import REQUEST_SECONDS, has_arrived, is_worth_waiting_for, leave

ANSWER_SECONDS = 20
"""An answer that is not made and taken by then is cut off."""


class LengthRequired(errors.ParseException):
    """A body of unknown length. No client of ours sends one, and most smuggling begins with one."""


STATUSES = {
    errors.LimitRequestLine: 414,
    errors.LimitRequestHeaders: 431,
    errors.ExpectationFailed: 417,
    errors.UnsupportedTransferCoding: 411,
    LengthRequired: 411,
}
"""Refusals that are not simply 400."""


class Worker(ThreadWorker):
    """What gunicorn.conf.py names as `worker_class`. It speaks HTTP/1 without TLS, which is the proxy's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answering: dict[Any, float] = {}

    def handle(self, conn: Any) -> Any:
        """Answer a request that has arrived, or have the poller wait on. Runs in a thread.

        The parser is given no socket, only what has arrived: a request that turns out incomplete is refused.
        """
        if conn.parser is None:
            conn.parser, conn.data_ready = RequestParser(self.cfg, (), conn.client), True
            conn.since, conn.leaving = None, False
        try:
            if conn.leaving or not has_arrived(conn):
                return _DEFER if is_worth_waiting_for(conn) else False
            if self._answer(conn):
                conn.since = None
                return True
        except OSError:
            return False
        except errors.LimitRequestHeaders as refusal:
            self.handle_error(None, conn.sock, conn.client, refusal)
        return _DEFER if leave(conn) else False

    def _answer(self, conn: Any) -> Any:
        self.answering[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            del self.answering[conn]

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Refuse a body of unknown length; after one that did not arrive whole, read no other request."""
        length = getattr(req.body.reader, "length", None)
        if length is None:
            raise LengthRequired
        if length > len(conn.parser.unreader.buf.getvalue()):
            req.force_close()
        return super().handle_request(req, conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Never wait here: this thread accepts, and watches all connections; gunicorn lingers in it."""
        result = not fs.cancelled() and not fs.exception() and fs.result()
        if result and (result is not _DEFER or self.alive):
            super().finish_request(conn, fs)
            if result is _DEFER:
                conn.timeout = time.monotonic() + REQUEST_SECONDS
        else:
            self.nr_conns -= 1
            util.close(conn.sock)

    def murder_keepalived(self, force: bool = False) -> None:
        """Let go, besides, of who waits longest when all places are taken: the next one must get in."""
        super().murder_keepalived(force)
        while self.nr_conns >= self.worker_connections and (self.keepalived_conns or self.pending_conns):
            conn = (self.keepalived_conns or self.pending_conns).popleft()
            with suppress(OSError, KeyError, ValueError):  # as gunicorn does: it may not be watched any more
                self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            util.close(conn.sock)

    def murder_pending(self) -> None:
        """Cut off, besides, whoever does not take its answer. Runs every second at least."""
        super().murder_pending()
        for conn, since in list(self.answering.items()):
            if time.monotonic() - since > ANSWER_SECONDS:
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Refuse in the contract's shape. Log and answer never repeat what was sent: a token may be in it."""
        refused = isinstance(exc, errors.ParseException)
        status = HTTPStatus(STATUSES.get(type(exc), 400) if refused else 500)
        request_id = uuid.uuid4().hex
        if refused:
            self.log.warning("refused: %s id=%s", type(exc).__name__, request_id)
        else:
            self.log.error("failed outside the application, id=%s", request_id, exc_info=exc)
        with suppress(OSError):
            util.write_nonblock(client, _refusal(status, request_id))


def _refusal(status: HTTPStatus, request_id: str) -> bytes:
    code = "BAD_REQUEST" if status < 500 else "INTERNAL_ERROR"
    problem = {
        "type": f"/docs/problems#{code.lower().replace('_', '-')}",
        "title": status.phrase,
        "status": status,
        "detail": "The request was not accepted, and not read any further.",
        "code": code,
        "requestId": request_id,
    }
    body = orjson.dumps(problem)
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nX-Request-ID: {request_id}\r\n"
        f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
