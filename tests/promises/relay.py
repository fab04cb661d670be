"""A slow network in front of a server's socket: what the server says arrives late."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread


class Relay:
    """Listens at a port of 127.0.0.1 for the server at `target`; answers are `seconds` late."""

    def __init__(self, target: Path) -> None:
        self.seconds = 0.0
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    @contextmanager
    def late_by(self, seconds: float) -> Iterator[None]:
        """Answers come so much later until the block ends."""
        self.seconds = seconds
        try:
            yield
        finally:
            self.seconds = 0.0

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                with suppress(OSError):  # it is away, and so the client is told
                    server.connect(str(self._target))
                for source, sink in ((client, server), (server, client)):
                    Thread(target=self._pass_on, args=(source, sink, sink is client), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, late: bool) -> None:
        with source, suppress(OSError):
            while data := source.recv(65_536):
                started = time.monotonic()
                while late and time.monotonic() - started < self.seconds:
                    time.sleep(0.01)
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def relayed(target: Path) -> Iterator[Relay]:
    """A relay to the server that listens at `target`."""
    relay = Relay(target)
    try:
        yield relay
    finally:
        relay.close()
