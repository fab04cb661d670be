"""The mails that are no batches: one that asks for a confirmation, and those to a contact."""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.mail import EmailMultiAlternatives

from delivery.mail.links import CONFIRM, NEVER, link
from delivery.mail.message import build
from delivery.mail.outbox import Letter
from delivery.mail.recipients import stop_token_of
from delivery.mail.words import moment
from delivery.models import Mail, Recipient, Subscription

Kind = Mail.Kind

SUBJECTS = {
    Kind.FAILING_1_HOUR: "delivery has been failing for an hour",
    Kind.FAILING_24_HOURS: "delivery has been failing for a day",
    Kind.PACED_24_HOURS: "nothing was accepted for a day",
    Kind.DISABLED: "delivery was switched off",
}
REASONS = {
    "GONE": "The receiver answered 410 Gone.",
    "NO_SUCCESS": "Nothing could be delivered for five days.",
    "ADDRESS_REFUSED": "The address is one that does not take it, or that we do not connect to.",
    "RESYNC_REQUIRED": "What it had not been sent yet is not kept any more. Replay it from the beginning.",
    "HOST_KEY_CHANGED": "The server showed another host key than the one that was agreed.",
}
"""Why a subscription was disabled, for people."""


def written(letter: Letter) -> EmailMultiAlternatives:
    """The mail of a letter that was taken from the queue."""
    return _confirmation(letter) if letter.first.kind == Kind.CONFIRM else _notice(letter)


def _confirmation(letter: Letter) -> EmailMultiAlternatives:
    """Nothing in it is a text of the caller's: its names are those that the operator gave."""
    row = letter.recipient.subscription
    context = {
        "kind": row.kind,
        "identifier": row.identifier,
        "username": row.caller.username,
        "is_contact": letter.recipient.role == Recipient.Role.CONTACT,
        "confirm_link": link(CONFIRM, letter.token),
        "never_link": link(NEVER, letter.token),
    }
    return build(
        "confirm",
        to=letter.recipient.address,
        subject=f"[{row.identifier}] Please confirm this address",
        message_id=f"confirm-{hashlib.sha256(letter.token.encode()).hexdigest()[:32]}",
        context=context,
    )


def _notice(letter: Letter) -> EmailMultiAlternatives:
    row = letter.recipient.subscription
    count = len(letter.mails)
    more = f" and {count - 1} more" if count > 1 else ""
    return build(
        "notice",
        to=letter.recipient.address,
        subject=f"[{row.identifier}] {row.name}{more}: {SUBJECTS[Kind(letter.first.kind)]}",
        message_id=f"notice-{_digest(letter)}",
        context={
            "kind": letter.first.kind,
            "told": SUBJECTS[Kind(letter.first.kind)],
            "subscriptions": [_said_of(recipient.subscription) for recipient in letter.recipients],
        },
        stop_token=stop_token_of(letter.recipient),
    )


def _digest(letter: Letter) -> str:
    """The same for the same mails: a notice that is sent twice can be known by it."""
    numbers = ",".join(str(mail.pk) for mail in sorted(letter.mails, key=lambda mail: mail.pk))
    return hashlib.sha256(numbers.encode()).hexdigest()[:32]


def _said_of(row: Subscription) -> dict[str, Any]:
    """What a contact is told of one subscription: of a url its host only."""
    failed = row.attempts.exclude(outcome__in=("DELIVERED", "TEST", "SKIPPED")).order_by("-pk").first()
    return {
        "name": row.name,
        "public_id": row.public_id,
        "scope": f"{row.kind} {row.identifier}",
        "mechanism": row.mechanism,
        "host": urlsplit(row.settings.get("url", "")).hostname or "",
        "since": _moment(row.failing_since_time),
        "last_success": _moment(row.last_success_time),
        "detail": failed.detail if failed else "",
        "reason": REASONS.get(row.disabled_reason, row.disabled_reason),
    }


def _moment(time: datetime | None) -> str:
    return moment(time) if time else ""
