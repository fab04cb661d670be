"""What the answer of a receiver means, or that there was none (contract, section 10)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from delivery.connecting import Flight
from delivery.outcome import Kind, Outcome


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
    if flight.refused and not flight.is_connected:
        return Outcome(Kind.BLOCKED, None, milliseconds, f"address refused: {flight.refused[0]}")
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
            return f"cannot connect: {error.os_error.strerror or 'refused'}"
        case aiohttp.ServerDisconnectedError():
            return "the connection ended without an answer"
    return f"no proper answer ({type(error).__name__})"
