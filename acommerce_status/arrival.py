"""What has come in on a connection, taken in without waiting; for acommerce_status.worker.

A connection is gunicorn's TConn, with two attributes of ours: `since`, when its present request began to
arrive, and `leaving`, whether all that still comes is thrown away.
"""

import re
import socket
import time
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders

REQUEST_SECONDS = 10
"""A request that has not arrived by then is not waited for."""
LARGEST_REQUEST = 64 * 1024
"""Bytes of head and body together that are waited for; the application takes no body near it."""

_HEAD_ENDS = re.compile(rb"\r\n\r\n|(?<!\r)\n")  # or has a bare LF in it, which the parser refuses
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)


def has_arrived(conn: Any) -> bool:
    """Whether a request is there, or the sender's end. Raises OSError, and LimitRequestHeaders."""
    conn.since = conn.since or time.monotonic()
    while not _is_whole(conn.parser.unreader.buf.getvalue()):
        received = _receive(conn)
        if not received:
            return received is not None
        conn.parser.unreader.buf.seek(0, 2)
        conn.parser.unreader.buf.write(received)
    return True


def is_worth_waiting_for(conn: Any) -> bool:
    """Whether more may come, and in time."""
    if time.monotonic() - conn.since > REQUEST_SECONDS:
        return False
    return not (conn.leaving and _receive(conn) == b"")


def leave(conn: Any) -> bool:
    """Say that nothing follows. Whether the other end is to be waited for, to say the same.

    Closed at once, a connection on which more arrives takes back what was not read yet (RFC 9112, 9.6).
    """
    conn.since, conn.leaving = time.monotonic(), True
    try:
        conn.sock.shutdown(socket.SHUT_WR)
        return is_worth_waiting_for(conn)
    except OSError:
        return False


def _receive(conn: Any) -> bytes | None:
    """What has come, b"" at the sender's end, None when there is nothing yet."""
    try:
        received: bytes = conn.sock.recv(LARGEST_REQUEST, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    return received


def _is_whole(received: bytes) -> bool:
    """Whether to parse now. The parser alone decides what was sent: a wrong guess here costs a 400."""
    end = _HEAD_ENDS.search(received)
    if end is None and len(received) > LARGEST_REQUEST:
        raise LimitRequestHeaders("the head does not end")
    if end is None or len(received) > LARGEST_REQUEST:
        return end is not None
    length = _LENGTH.search(received, 0, end.end())
    return len(received) - end.end() >= (int(length[1]) if length else 0)
