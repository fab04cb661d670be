"""Webhooks: one POST for each order that changed (contract, section 10). The pacing is not here."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import aiohttp
from django.conf import settings
from django.utils.module_loading import import_string

from delivery import signing
from delivery.answering import failure, seconds_of
from delivery.connecting import Flight, NotBegun, flying, new_session
from delivery.message import Message
from delivery.outcome import Kind, Outcome
from delivery.transport import Facts
from orders.forms import Row
from wire.times import format_time

ANSWER_SECONDS = 15
BODY_SECONDS = 1
MAX_BODY_BYTES = 16 * 1024
MAX_SHOWN = 1_024


class Webhook:
    """The transport `webhook`, with one session for all receivers."""

    limit_seconds: float = ANSWER_SECONDS + BODY_SECONDS + 1

    def __init__(self) -> None:
        self._session = new_session()
        self._formats = {name: import_string(path) for name, path in settings.WEBHOOK_FORMATS.items()}

    async def close(self) -> None:
        await self._session.close()

    def prepare(self, facts: Facts, row: Row, complete_until: datetime | None, held: int) -> Message:
        """The POST of one order as it is now, signed now."""
        body, more = self._formats[facts.settings["format"]](row.document)
        updated_time = format_time(row.updated_time)
        message = signing.message_id(
            facts.public_id, facts.generation, row.channel_id, row.order_id, updated_time
        )
        headers = {
            "X-Acomm-Event": facts.settings["format"],
            "X-Acomm-Channel": quote(row.channel_id, safe=""),
            "X-Acomm-Updated-Time": updated_time,
            "X-Acomm-Held": str(held),
            **more,
        }
        if complete_until:
            headers["X-Acomm-Complete-Until"] = format_time(complete_until)
        return self.signed(facts, message, body, headers)

    def signed(self, facts: Facts, message: str, body: bytes, headers: dict[str, str]) -> Message:
        """A POST with what every receiver gets: type, id, time, signatures by all secrets good now."""
        now = time.time()
        secrets = [
            secret["text"]
            for secret in facts.secrets["secrets"]
            if not secret.get("until") or secret["until"] > now
        ]
        signatures = (signing.standard_signature(secret, message, int(now), body) for secret in secrets)
        own = {
            "Content-Type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now)),
            "webhook-signature": " ".join(signatures),
            "X-Acomm-Signature": signing.body_signature(secrets[0], body),
        }
        if facts.secrets.get("authorization"):
            own["Authorization"] = facts.secrets["authorization"]
        return Message(facts.settings["url"], own | headers, body)

    async def carry(self, message: Message, may_begin: Callable[[], bool]) -> Outcome | None:
        """POST it. A kept connection that ended before an answer is tried once more, on a fresh one."""
        started = time.monotonic()
        flight = Flight(may_begin)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                try:
                    return await self._post(message, flight, started)
                except (aiohttp.ServerDisconnectedError, ConnectionResetError):
                    if not flight.was_kept:
                        raise
                    flight = Flight(may_begin)
                    return await self._post(message, flight, started)
        except NotBegun:
            return None
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            return failure(error, flight, int((time.monotonic() - started) * 1000))

    async def _post(self, message: Message, flight: Flight, started: float) -> Outcome:
        flying.set(flight)
        async with self._session.post(
            message.url, data=message.body, headers=message.headers, allow_redirects=False
        ) as response:
            milliseconds = int((time.monotonic() - started) * 1000)
            shown = await _beginning(response)
            answer = "" if flight.is_opened else shown
            kind, wait = _meaning(response.status, response.headers.get("Retry-After", ""))
            detail = "" if kind is Kind.DELIVERED else f"answered {response.status}"
            return Outcome(kind, response.status, milliseconds, detail, answer, wait)


def _meaning(status: int, retry_after: str) -> tuple[Kind, float | None]:
    wait = seconds_of(retry_after, datetime.now(UTC))
    if 200 <= status < 300:
        return Kind.DELIVERED, None
    if status == 429 or (status == 503 and wait):
        return Kind.PACED, wait
    return (Kind.GONE, None) if status == 410 else (Kind.REFUSED, None)


async def _beginning(response: aiohttp.ClientResponse) -> str:
    """What may be shown of the body: at most 16 KiB are read, for a second at most. It changes nothing."""
    read = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while len(read) < MAX_BODY_BYTES and (part := await response.content.readany()):
                read += part
    except (TimeoutError, aiohttp.ClientError, OSError):
        response.close()
    if not response.content.at_eof():
        response.close()
    text = read[: 4 * MAX_SHOWN].decode(errors="replace")
    return "".join(letter for letter in text if letter.isprintable())[:MAX_SHOWN]
