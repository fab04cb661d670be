"""FTP by ftplib: `ftps`, which is explicit TLS for commands and data, and plain `ftp`."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ftplib import Error, error_perm
from socket import socket
from typing import Any, BinaryIO

from delivery.ftp.faults import Fault
from delivery.ftp.ftp_answers import end, refusals, refused
from delivery.ftp.ftp_client import Client
from delivery.ftp.server import CHUNK
from delivery.ftp.url import FtpUrl
from delivery.ftp.watch import Watch

MAX_NAMES, MAX_LINE = 100_000, 1_000
NOT_KNOWN = ("500", "501", "502", "504")


@contextmanager
def connected(url: FtpUrl, secrets: dict[str, Any], watch: Watch) -> Iterator["FtpServer"]:
    """An open connection, logged in and in the folder. Raises Fault, and what ftplib and ssl raise."""
    client = Client(watch)
    try:
        client.open(url.host, url.port)
        _log_in(client, url, secrets["password"])
        yield FtpServer(client, watch)
        with suppress(OSError):
            client.putcmd("QUIT")
    finally:
        client.close()


def _log_in(client: Client, url: FtpUrl, password: str) -> None:
    if url.scheme == "ftps":
        with _said("the server offers no TLS (AUTH TLS)"):
            client.auth()
    with _said("the server does not accept the password of this user"):
        client.login(url.user, password, secure=False)
    if url.scheme == "ftps":
        with _said("the server does not encrypt data (PROT P)"):
            client.prot_p()
    with _said("the server takes no binary files (TYPE I)"):
        client.voidcmd("TYPE I")
    if url.folder:
        with _said("the folder is not there, or closed to this user"):
            client.cwd(url.folder)


@contextmanager
def _said(sentence: str) -> Iterator[None]:
    """What a 5xx of the server means here."""
    try:
        yield
    except error_perm as error:
        answer = refused(error)
        raise Fault(sentence, status=answer.status, said=answer.said) from None


class FtpServer:
    """A delivery.ftp.server.Server. Names stand alone in commands, because the folder was entered."""

    def __init__(self, client: Client, watch: Watch) -> None:
        self._client = client
        self._watch = watch
        self.peer = client.peer

    def size_of(self, name: str) -> int | None:
        try:
            return int(self._client.sendcmd(f"SIZE {name}")[3:])
        except error_perm as error:
            if str(error).startswith(NOT_KNOWN):
                raise refused(error) from None
            return None
        except Error as error:
            raise refused(error) from None

    def write(self, name: str, stream: BinaryIO, on_chunk: Callable[[], None]) -> None:
        with refusals():
            connection = self._client.transfercmd(f"STOR {name}")
            with connection:
                while chunk := stream.read(CHUNK):
                    on_chunk()
                    self._send(connection, chunk)
                end(connection)
            self._client.voidresp()

    def _send(self, connection: socket, chunk: bytes) -> None:
        """A server that is full closes the connection, and says so on the other one."""
        try:
            connection.sendall(chunk)
        except OSError:
            self._client.voidresp()  # raises what the server says, or that it says nothing
            raise
        self._watch.moved()

    def rename(self, name: str, to: str) -> None:
        with refusals():
            self._client.rename(name, to)

    def delete(self, name: str) -> None:
        with refusals():
            self._client.delete(name)

    def names(self) -> Iterator[str]:
        """By MLSD, or by what older servers understand; many hide names with a dot at their beginning."""
        with refusals():
            try:
                lines = self._lines("MLSD")
                yield from (line.partition("; ")[2] for line in lines)
            except error_perm:
                yield from (line.rpartition("/")[2] for line in self._lines("NLST -a"))

    def _lines(self, command: str) -> list[str]:
        with self._client.transfercmd(command) as connection:
            with connection.makefile("r", encoding="utf-8", errors="replace") as file:
                lines = itertools.islice(iter(lambda: file.readline(MAX_LINE), ""), MAX_NAMES)
                found = [line.rstrip("\r\n") for line in lines]
            end(connection)
        self._client.voidresp()
        return found
