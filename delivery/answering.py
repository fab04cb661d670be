"""What the answer of a receiver means, or that there was none (contract, section 10)."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from delivery.connecting import Flight
from delivery.outcome import Kind, Outcome

BODY_SECONDS = 1
MAX_BODY_BYTES = 16 * 1024
MAX_SHOWN = 1_024


def seconds_of(retry_after: str, now: datetime) -> float | None:
    """The seconds of a Retry-After header, given as such or as a date; None for 0, the past and garbage."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:12]), 10**9)) or None
    try:
        wait = (parsedate_to_datetime(text).astimezone(UTC) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return wait if wait > 0 else None


def failure(error: Exception, flight: Flight, milliseconds: int) -> Outcome:
    """What it means that no answer came."""
    if flight.refused and not flight.was_tried:
        return Outcome(Kind.BLOCKED, None, milliseconds, f"address refused: {flight.refused[0]}")
    if isinstance(error, aiohttp.InvalidURL):  # aiohttp takes no decimal, octal or short address
        return Outcome(Kind.BLOCKED, None, milliseconds, "address refused: written in an unusual form")
    detail = _sentence(error, flight)
    return Outcome(Kind.REFUSED if flight.is_connected else Kind.FAILED, None, milliseconds, detail)


def _sentence(error: Exception, flight: Flight) -> str:  # noqa: PLR0911 - one for each kind
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "the name is not known"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return f"TLS failed: {getattr(error, 'certificate_error', error)}"[:200]
        case TimeoutError():
            return "no answer in time" if flight.is_connected else "no connection in time"
        case aiohttp.ClientConnectorError():
            return f"cannot connect: {error.os_error.strerror or 'no connection'}"
        case aiohttp.ServerDisconnectedError():
            return "the connection ended without an answer"
    return f"no proper answer ({type(error).__name__})"


def meaning(status: int, retry_after: str) -> tuple[Kind, float | None]:
    """What a status says of the order and of the pace, and how many seconds the receiver asks for."""
    wait = seconds_of(retry_after, datetime.now(UTC))
    if 200 <= status < 300:
        return Kind.DELIVERED, None
    if status == 429 or (status == 503 and wait):
        return Kind.PACED, wait
    return (Kind.GONE, None) if status == 410 else (Kind.REFUSED, None)


async def beginning(response: aiohttp.ClientResponse, authorization: str = "") -> str:
    """What may be shown of the body: at most 16 KiB are read, for a second at most. It changes nothing.

    A receiver may repeat what it was sent: the `authorization` is left out.
    """
    if response.content.at_eof():
        return ""
    read = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while len(read) < MAX_BODY_BYTES and (part := await response.content.readany()):
                read += part
    except (TimeoutError, aiohttp.ClientError, OSError):
        response.close()
    if not response.content.at_eof():
        response.close()
    text = read.decode(errors="replace")
    for secret in filter(None, (authorization, authorization.rpartition(" ")[2])):
        text = text.replace(secret, "...")
    return "".join(letter for letter in text if letter.isprintable())[:MAX_SHOWN]


def ended_unanswered(error: aiohttp.ClientConnectionError) -> bool:
    """Whether a connection ended before the first byte of an answer, as far as aiohttp tells."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return isinstance(error.message, str)  # otherwise it is the beginning of an answer
    return not isinstance(error, TimeoutError)
