"""Receivers on raw sockets, which answer byte for byte what a test says, and one delivery to them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from delivery.message import Message
from delivery.outcome import Outcome
from delivery.transport import Facts
from delivery.webhook import Webhook
from orders.forms import Row

SECRET = "whsec_" + "c2VjcmV0LW9mLTI0LWJ5dGVzLWF0LWxlYXN0"
PATH = "/hook/secret-path"
DOCUMENT = '{"orderId":"FR1","channelId":"shop/é","orderStatus":"NEW"}'

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Receiver:
    """A receiver that reads POSTs whole; `requests` are their heads and bodies."""

    port: int = 0
    scheme: str = "http"
    host: str = "127.0.0.1"
    connections: int = 0
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}{PATH}"


@asynccontextmanager
async def receiving(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver that calls `answer` after each request; it keeps connections until `answer` closes them."""
    receiver = Receiver(scheme="https" if tls else "http", host="localhost" if tls else "127.0.0.1")
    open_now: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        receiver.connections += 1
        open_now.add(writer)
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                size = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
                receiver.requests.append((head, await reader.readexactly(size)))
                await answer(writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for writer in open_now:
            writer.transport.abort()


def saying(*parts: bytes, every: float = 0.0, then_close: bool = False) -> Answer:
    """Says these parts, `every` seconds apart."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(every)
        if then_close:
            writer.close()

    return answer


def status(line: str, *headers: str) -> Answer:
    """An answer without a body."""
    lines = [f"HTTP/1.1 {line}", "Content-Length: 0", *headers, "", ""]
    return saying("\r\n".join(lines).encode())


def facts(url: str, **more: Any) -> Facts:
    """A subscription's facts, with one secret."""
    return Facts(
        "sub1",
        more.pop("generation", 0),
        {"url": url, "format": more.pop("format", "SALES_ORDER_STATUS_V3")},
        {"secrets": more.pop("secrets", [{"text": SECRET}])} | more,
    )


def row(document: str = DOCUMENT) -> Row:
    return Row(datetime(2026, 11, 22, 8, 0, 0, 120, tzinfo=UTC), "shop/é", "FR1", document)


async def sent(webhook: Webhook, url: str, **more: Any) -> Outcome:
    """What comes of one delivery to `url`."""
    outcome = await webhook.carry(webhook.prepare(facts(url, **more), row(), None, 0), lambda: True)
    assert outcome is not None
    return outcome


@asynccontextmanager
async def webhooks() -> AsyncIterator[Webhook]:
    webhook = Webhook()
    try:
        yield webhook
    finally:
        await webhook.close()


def outcome_of(answer: Answer, tls: ssl.SSLContext | None = None) -> Outcome:
    """What comes of one delivery to a receiver that answers so."""

    async def deliver() -> Outcome:
        async with receiving(answer, tls) as receiver, webhooks() as webhook:
            return await sent(webhook, receiver.url)

    return asyncio.run(deliver())


def message_to(url: str) -> Message:
    """A POST of the least that can be posted."""
    return Message(url, {}, b"{}")
