"""What FTP servers answer, and how data connections end."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ftplib import Error
from socket import SHUT_WR, socket

from delivery.ftp.faults import Reason, Refused, is_full

CLOSE_SECONDS = 5


def end(connection: socket) -> None:
    """End a data connection. A server may cut it without ceremony, because its answer is what counts."""
    connection.settimeout(CLOSE_SECONDS)
    with suppress(OSError, ValueError):
        if isinstance(connection, ssl.SSLSocket):
            connection.unwrap()
    with suppress(OSError):
        socket.shutdown(connection, SHUT_WR)  # to close it would not do: it is watched by a second handle


def refused(error: Error) -> Refused:
    """What an answer of 400 and more means. 5xx says that it will be so again."""
    code, text = str(error)[:3], str(error)[4:]
    status = int(code) if code.isdigit() else None
    if code in ("452", "552") or is_full(text):
        return Refused(Reason.FULL, text, status)
    return Refused(Reason.DENIED if code.startswith("5") else Reason.OTHER, text, status)


@contextmanager
def refusals() -> Iterator[None]:
    """Answers of 400 and more as Refused, but for those that are of the connection."""
    try:
        yield
    except Error as error:
        if str(error).startswith(("421", "425", "426", "522")):
            raise
        raise refused(error) from None
