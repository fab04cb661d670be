"""Mail servers of tests, on real sockets: one that works, and ones that do not."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings


@dataclass
class MailServer:
    """What it was sent, whether or not it said that it took it; `rcpt` and `data` are what it answers."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    is_rude: bool = False
    tls: ssl.SSLContext | None = None
    is_wrapped: bool = False
    raw: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Takes it; a rude one then ends the connection instead of saying so."""
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.to += envelope.rcpt_tos
        if self.is_rude:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.data


@contextmanager
def mail_server(settings: Settings, **answers: Any) -> Iterator[MailServer]:
    """One that works, unless told otherwise. Mails of the block go there."""
    handler = MailServer(**answers)
    started: Future[tuple[int, asyncio.AbstractEventLoop]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(handler, started)), daemon=True)
    thread.start()
    port, loop = started.result(5)
    try:
        use(settings, port)
        yield handler
    finally:
        loop.call_soon_threadsafe(handler.is_over.set)
        thread.join(5)


async def _serve(handler: MailServer, started: "Future[tuple[int, asyncio.AbstractEventLoop]]") -> None:
    loop = asyncio.get_running_loop()

    def talk() -> SMTP:
        starttls = None if handler.is_wrapped else handler.tls
        return SMTP(handler, data_size_limit=20_000_000, tls_context=starttls)

    server = await loop.create_server(talk, "127.0.0.1", 0, ssl=handler.tls if handler.is_wrapped else None)
    started.set_result((server.sockets[0].getsockname()[1], loop))
    async with server:
        await handler.is_over.wait()
        await asyncio.sleep(0.02)  # for it to notice who went


@contextmanager
def talking(settings: Settings, talk: Callable[[socket.socket], None]) -> Iterator[None]:
    """A server that says what `talk` says to the first who connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        use(settings, listener.getsockname()[1])
        yield


def silent(connection: socket.socket) -> None:
    """Takes the connection, and says nothing until it ends."""
    connection.recv(1)


def dripping(connection: socket.socket) -> None:
    """One byte of a greeting without an end, every tenth of a second."""
    while True:
        connection.sendall(b"2")
        time.sleep(0.1)


def use(settings: Settings, port: int) -> None:
    """Have mails sent there, by the backend that EMAIL_URL=smtp://127.0.0.1:PORT means."""
    settings.EMAIL_BACKEND = "delivery.mail.smtp.Backend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


def set_up(settings: Settings) -> None:
    """What an operator sets for mails; Django's tests keep them in memory unless a server is named."""
    settings.EMAIL_URL = "smtp://127.0.0.1"
    settings.DELIVERY_FROM = "Order status <orders@status.example>"
    settings.PUBLIC_URL = "https://status.example"
