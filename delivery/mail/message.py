"""A mail to be: its headers, its two bodies, and what is attached. Nothing is sent here."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from delivery.mail.links import STOP, link

MAX_SUBJECT = 150


@dataclass(frozen=True)
class Attachment:
    """Bytes that arrive as they are, under this name."""

    name: str
    content_type: str
    content: bytes


def build(
    template: str,
    *,
    to: str,
    subject: str,
    message_id: str,
    context: Mapping[str, Any],
    stop_token: str = "",
    attachment: Attachment | None = None,
) -> EmailMultiAlternatives:
    """The mail of a template, as plain text and as HTML. The same `message_id` marks the same mail."""
    stop_link = link(STOP, stop_token) if stop_token else ""
    whole = {"subject": one_line(subject), "stop_link": stop_link, **context}
    message = EmailMultiAlternatives(
        subject=one_line(subject),
        body=render_to_string(f"delivery/mail/{template}.txt", whole),
        from_email=settings.DELIVERY_FROM,
        to=[to],
        headers=_headers(message_id, stop_link),
    )
    message.attach_alternative(render_to_string(f"delivery/mail/{template}.html", whole), "text/html")
    if attachment:
        message.attach(_part(attachment))
    return message


def one_line(text: str) -> str:
    """The text without line ends and whatever else a header must not hold, cut where it is too long."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:MAX_SUBJECT]


def _headers(message_id: str, stop_link: str) -> dict[str, str]:
    """With the link by which mail programs offer to unsubscribe, in one click (RFC 8058)."""
    domain = parseaddr(settings.DELIVERY_FROM)[1].rpartition("@")[2]
    headers = {
        "Message-ID": f"<{message_id}@{domain}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answer, please
        "X-Auto-Response-Suppress": "All",  # the same for Exchange
    }
    if stop_link:
        headers["List-Unsubscribe"] = f"<{stop_link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _part(attachment: Attachment) -> MIMEBase:
    """In base64 whatever it is: as text, its line ends would be at the mercy of every server on the way."""
    kind, _, subkind = attachment.content_type.partition("/")
    part = MIMEBase(kind, subkind)
    if kind == "text":
        part.set_param("charset", "utf-8")
    part.set_payload(attachment.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return part
