"""Handing one mail to the mail server, and what its answer means."""

import smtplib
import ssl
import time
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from delivery.mail.smtp import SECONDS
from delivery.outcome import Kind, Outcome

AUTHENTICATION_REQUIRED = 530


def is_set_up() -> bool:
    """Whether the operator has told us how to send mails, from whom, and what address our links have."""
    needed = (settings.EMAIL_URL, settings.DELIVERY_FROM, settings.PUBLIC_URL, settings.DELIVERY_KEYS)
    return all(needed)


def send(message: EmailMessage, seconds: float = SECONDS) -> Outcome:
    """Hand it over, within so many seconds. Never raises for what a mail server does.

    BLOCKED: the address is refused for good. FAILED: try again, with the same Message-ID.
    """
    started = time.monotonic()
    try:
        get_connection(seconds=seconds).send_messages([message])
    except Exception as error:  # each backend has its own, and none may end the process that sends
        milliseconds = int((time.monotonic() - started) * 1000)
        return _meaning(error, milliseconds, was_cut=milliseconds >= seconds * 1000)
    return Outcome(Kind.DELIVERED, 250, int((time.monotonic() - started) * 1000))


def _meaning(error: Exception, milliseconds: int, *, was_cut: bool) -> Outcome:
    status: int | None = None
    if isinstance(error, SMTPRecipientsRefused):
        status, text = next(iter(error.recipients.values()))
        said = _shown(text)
        kind = Kind.BLOCKED if is_refused_for_good(status, said) else Kind.FAILED
        return Outcome(kind, status, milliseconds, f"the mail server refused the address: {said}"[:200])
    if type(error).__name__ == "AnymailRecipientsRefused":  # known by its name: the package is optional
        return Outcome(Kind.BLOCKED, None, milliseconds, "the mail provider refused the address")
    if isinstance(error, SMTPResponseException):
        status = error.smtp_code
    return Outcome(Kind.FAILED, status, milliseconds, _sentence(error, was_cut=was_cut))


def is_refused_for_good(status: int, text: str) -> bool:
    """Whether an answer to RCPT says that the address takes no mail (RFC 5321, 4.2.1; RFC 3463).

    5.7 is about who may send, and 530 asks us for a password: the operator mends that, and nobody's address.
    """
    return 500 <= status < 600 and status != AUTHENTICATION_REQUIRED and not text.startswith("5.7.")


def _sentence(error: Exception, *, was_cut: bool) -> str:  # noqa: PLR0911 - one for each kind
    if was_cut or isinstance(error, TimeoutError) or str(error).endswith("timed out"):
        return "the mail server did not answer in time"
    match error:
        case smtplib.SMTPAuthenticationError():
            return "the mail server did not take our password"
        case SMTPResponseException():
            return f"the mail server answered {error.smtp_code}"
        case smtplib.SMTPServerDisconnected():
            return "the mail server ended the connection"
        case ssl.SSLError():
            return "TLS with the mail server failed"
        case SMTPException():
            return f"the mail server did not take it ({type(error).__name__})"
        case OSError():
            return "the mail server cannot be reached"
    return f"the mail could not be handed over ({type(error).__name__})"


def _shown(text: bytes | str) -> str:
    decoded = text.decode(errors="replace") if isinstance(text, bytes) else text
    return " ".join("".join(letter if letter.isprintable() else " " for letter in decoded).split())
