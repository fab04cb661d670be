"""TLS in front of a PostgreSQL that has none: what libpq asks for before it says who it is."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import trustme

ASKS_FOR_TLS = bytes.fromhex("0000000804d2162f")


class TlsFront:
    """Listens at a port of 127.0.0.1 for the server at `target`, which sees plain text.

    It shows the certificate of `authority`, or has no TLS when that is None. `passed_on` is what clients said
    to the server, in bytes; `was_plain` whether any of them said it without TLS.
    """

    def __init__(self, target: Path, authority: trustme.CA | None, name: str = "127.0.0.1") -> None:
        self.passed_on, self.was_plain = 0, False
        self._target = target
        self._connections: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.show(authority, name)
        Thread(target=self._accept, daemon=True).start()

    def show(self, authority: trustme.CA | None, name: str = "127.0.0.1") -> None:
        """Show another certificate from now on, and hang up on everybody."""
        self._context: ssl.SSLContext | None = None
        if authority:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(name).configure_cert(self._context)
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()
        self.passed_on, self.was_plain = 0, False

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._target))
            if client.recv(8, socket.MSG_PEEK) == ASKS_FOR_TLS:
                client.recv(8)
                client.sendall(b"S" if self._context else b"N")
                if self._context:
                    client = self._context.wrap_socket(client, server_side=True)
            self._connections.append(client)
            Thread(target=self._pass_on, args=(server, client, False), daemon=True).start()
            self._pass_on(client, server, True)
        client.close()

    def _pass_on(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self.passed_on += len(data) * counted
                self.was_plain |= counted and not isinstance(source, ssl.SSLSocket)
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def tls_before(target: Path, authority: trustme.CA | None) -> Iterator[TlsFront]:
    """One for the server that listens at `target`."""
    front = TlsFront(target, authority)
    try:
        yield front
    finally:
        front.close()
