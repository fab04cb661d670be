"""SFTP by paramiko, over a connection of ours and to a host whose key we know."""

import errno
import io
import itertools
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import paramiko

from delivery.ftp.faults import Fault, Reason, Refused, is_full
from delivery.ftp.hostkeys import Pin, open_transport
from delivery.ftp.server import CHUNK
from delivery.ftp.url import FtpUrl
from delivery.ftp.watch import Watch

MAX_NAMES = 100_000
FLAGS = "wb"
LOGINS = ("publickey", "password", "keyboard-interactive", "hostbased", "gssapi-with-mic")


@contextmanager
def connected(url: FtpUrl, secrets: dict[str, Any], pin: Pin, watch: Watch) -> Iterator["SftpServer"]:
    """An open connection, logged in. Raises Fault, and what paramiko raises."""
    transport = open_transport(url, pin, watch)
    try:
        _log_in(transport, url.user, secrets)
        watch.moved()
        try:
            client = paramiko.SFTPClient.from_transport(transport)
        except paramiko.ChannelException:
            client = None
        if client is None:
            raise Fault("the server lets us in, but offers no SFTP")
        watch.moved()
        yield SftpServer(client, url.folder, transport.getpeername()[0], watch)
    finally:
        transport.close()


def _log_in(transport: paramiko.Transport, user: str, secrets: dict[str, Any]) -> None:
    is_key = "key" in secrets
    try:
        if is_key:
            key = paramiko.Ed25519Key.from_private_key(io.StringIO(secrets["key"]))
            more = transport.auth_publickey(user, key)
        else:
            more = transport.auth_password(user, secrets["password"])
    except paramiko.BadAuthenticationType as error:
        kind, takes = "key" if is_key else "password", _known(error.allowed_types)
        raise Fault(f"the server takes no {kind}: it wants {takes}") from None
    except paramiko.AuthenticationException:
        if not transport.is_active():
            raise EOFError from None
        kind = "key" if is_key else "password"
        raise Fault(f"the server does not accept the {kind} of this user") from None
    if more:
        raise Fault(f"the server wants {_known(more)} besides")


def _known(kinds: Collection[str]) -> str:
    """Ways to log in, by name. A server may write anything there, and its words stand in no sentence."""
    return ", ".join(kind for kind in LOGINS if kind in kinds) or "something else"


class SftpServer:
    """A delivery.ftp.server.Server."""

    def __init__(self, client: paramiko.SFTPClient, folder: str, peer: str, watch: Watch) -> None:
        self._client = client
        self._folder = folder
        self._watch = watch
        self.peer = peer

    def size_of(self, name: str) -> int | None:
        """As asked for; what is there and is no file has a size below 0."""
        try:
            with self._refusals():
                found = self._client.stat(self._path(name))
        except Refused as refused:
            if refused.reason is Reason.MISSING:
                return None
            raise
        is_file = found.st_mode is None or stat.S_ISREG(found.st_mode)
        return (found.st_size or 0) if is_file else -1

    def write(self, name: str, stream: BinaryIO, on_chunk: Callable[[], None]) -> None:
        """Without waiting for answers, which paramiko reads whenever a write waits for its own.

        The last byte is written when all answers before it were good: a file of the right size has no hole,
        whatever a server that was cut did of the other writes.
        """
        with self._refusals(), self._client.open(self._path(name), FLAGS) as file:
            chunk = stream.read(CHUNK)
            while following := stream.read(CHUNK):
                self._put(file, chunk, on_chunk, is_last=False)
                chunk = following
            for last in (chunk[:-1], chunk[-1:]):
                self._put(file, last, on_chunk, is_last=True)

    def _put(
        self, file: paramiko.SFTPFile, chunk: bytes, on_chunk: Callable[[], None], *, is_last: bool
    ) -> None:
        on_chunk()
        file.set_pipelined(not is_last)
        file.write(chunk)
        self._watch.moved()

    def rename(self, name: str, to: str) -> None:
        """By the plain request, which does not overwrite; by OpenSSH's where the server has no other."""
        try:
            with self._refusals():
                self._client.rename(self._path(name), self._path(to))
        except Refused as refused:
            if refused.reason is not Reason.OTHER or self.size_of(to) is not None:
                raise
            with self._refusals():
                self._client.posix_rename(self._path(name), self._path(to))

    def delete(self, name: str) -> None:
        with self._refusals():
            self._client.remove(self._path(name))

    def names(self) -> Iterator[str]:
        with self._refusals():
            found = self._client.listdir_iter(self._folder or ".")
            yield from (entry.filename for entry in itertools.islice(found, MAX_NAMES))

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}" if self._folder else name

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Answers of the server as Refused; a connection that ended is none."""
        try:
            yield
        except OSError as error:
            if isinstance(error, ConnectionError | TimeoutError) or str(error) == "Socket is closed":
                raise
            raise Refused(_reason(error), str(error.strerror or error)) from None
        self._watch.moved()


def _reason(error: OSError) -> Reason:
    if is_full(str(error)):
        return Reason.FULL
    kinds = {errno.ENOENT: Reason.MISSING, errno.EACCES: Reason.DENIED}
    return kinds.get(error.errno or 0, Reason.OTHER)
