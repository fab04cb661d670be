"""Webhooks: one POST for each order that changed (contract, section 10). The pacing is not here."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

import aiohttp
from django.conf import settings
from django.utils.module_loading import import_string

from delivery import signing
from delivery.answering import BODY_SECONDS, beginning, ended_unanswered, failure, meaning
from delivery.connecting import Flight, NotBegun, flying, new_session
from delivery.message import Message
from delivery.outcome import Kind, Outcome
from delivery.transport import Facts
from orders.forms import Row
from wire.times import format_time

ANSWER_SECONDS = 15


class Webhook:
    """The transport `webhook`, with one session for all receivers."""

    limit_seconds: float = ANSWER_SECONDS + BODY_SECONDS + 1

    def __init__(self) -> None:
        self._session = new_session()
        self._fresh = new_session(is_fresh=True)
        self._formats = {name: import_string(path) for name, path in settings.WEBHOOK_FORMATS.items()}

    async def close(self) -> None:
        await self._session.close()
        await self._fresh.close()

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
        if message.url[:5].lower() == "http:" and "http" not in settings.DELIVERY_ALLOW:
            return Outcome(Kind.BLOCKED, detail="plain http is not allowed any more")
        started = time.monotonic()
        flight = Flight(may_begin)
        try:
            async with asyncio.timeout(ANSWER_SECONDS) as limit:
                try:
                    return await self._post(self._session, message, flight, started, limit)
                except aiohttp.ClientConnectionError as error:
                    if not (flight.was_kept and ended_unanswered(error)):
                        raise
                    flight = Flight(may_begin)
                    return await self._post(self._fresh, message, flight, started, limit)
        except NotBegun:
            return None
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            return failure(error, flight, int((time.monotonic() - started) * 1000))

    async def _post(
        self,
        session: aiohttp.ClientSession,
        message: Message,
        flight: Flight,
        started: float,
        limit: asyncio.Timeout,
    ) -> Outcome:
        """`limit` ends with the head of the answer: a slow body changes nothing."""
        flying.set(flight)
        async with session.post(
            message.url, data=message.body, headers=message.headers, allow_redirects=False
        ) as response:
            limit.reschedule(None)
            milliseconds = int((time.monotonic() - started) * 1000)
            shown = await beginning(response, message.headers.get("Authorization", ""))
            answer = "" if flight.is_opened else shown
            kind, wait = meaning(response.status, response.headers.get("Retry-After", ""))
            detail = "" if kind is Kind.DELIVERED else f"answered {response.status}"
            return Outcome(kind, response.status, milliseconds, detail, answer, wait)
