"""The mechanism `email`: a frozen batch as a mail with a file attached (contract, section 12)."""

import secrets as random
from collections.abc import Callable
from typing import Any

from delivery.files.calls import turns
from delivery.files.transport import File
from delivery.mail.message import Attachment, build
from delivery.mail.recipients import may_be_written_to, stop_token_of
from delivery.mail.sending import send
from delivery.mail.words import by_status, moment, orders, window
from delivery.models import Recipient
from delivery.outcome import Kind, Outcome
from delivery.transport import Facts
from wire.times import EARLIEST, format_time

TEST_SECONDS = 9.0


class Email:
    """The transport. What a mail server answers is an Outcome; a mail is sent whole or not at all."""

    def send(self, facts: Facts, file: File, fence: int, may_go_on: Callable[[], bool]) -> Outcome | None:
        """Mail one file, with the same Message-ID at each try. None: its recipient takes none now.

        The sum is in it, because a number that a failover lost is made again with other bytes, and servers
        drop what has a Message-ID that they have seen.

        The recipient, and the caller's right, are looked up last before the mail is handed over.
        """
        with file.open() as stream:
            content = stream.read()
        recipient = turns(_recipient_of, facts)
        if recipient is None or not may_go_on():
            return None
        compressed = file.name.endswith(".gz")
        message = build(
            "batch",
            to=recipient.address,
            subject=subject_of(file),
            message_id=f"{facts.public_id}.{file.number}.{file.sha256[:16]}",
            context=context_of(facts, file),
            stop_token=stop_token_of(recipient),
            attachment=Attachment(file.name, "application/gzip" if compressed else "text/csv", content),
        )
        return send(message)

    def try_out(self, facts: Facts) -> Outcome:
        """A mail that says it is a test."""
        recipient = turns(_recipient_of, facts)
        if recipient is None:
            return Outcome(Kind.REFUSED, detail="the address has not agreed to get mails")
        row = recipient.subscription
        message = build(
            "test",
            to=recipient.address,
            subject=f"[{row.identifier}] A test: nothing is attached",
            message_id=f"{facts.public_id}.test.{random.token_hex(8)}",
            context={"place": f"{row.kind} {row.identifier}"},
            stop_token=stop_token_of(recipient),
        )
        return send(message, TEST_SECONDS)


def subject_of(file: File) -> str:
    """Such as `[lazada-th] 37 orders changed (batch 123)`."""
    said = f"{orders(file.orders)} changed" if file.orders else "no order changed"
    return f"[{file.scope.identifier}] {said} (batch {file.number})"


def context_of(facts: Facts, file: File) -> dict[str, Any]:
    """What the two bodies of a batch say."""
    zone = facts.settings.get("schedule", {}).get("timeZone", "UTC")
    place = f"{file.scope.kind} {file.scope.identifier}"
    has_since = file.since > EARLIEST
    said = f"{orders(file.orders)} changed" if file.orders else "No order changed"
    return {
        "title": said,
        "summary": f"{said} ({place}, batch {file.number}).",
        "place": f"{place[:1].upper()}{place[1:]}",
        "window": window(file.since, file.until, zone) if has_since else f"Up to {moment(file.until, zone)}",
        "statuses": by_status(file.statuses),
        "number": file.number,
        "name": file.name,
        "rows": "1 row" if file.rows == 1 else f"{file.rows:,} rows",
        "size": f"{file.size:,} bytes",
        "since": format_time(file.since) if has_since else "the beginning",
        "until": format_time(file.until),
        "sha256": file.sha256,
        "is_compressed": file.name.endswith(".gz"),
        "is_erased": bool(file.manifest.get("erased")),
        "is_replayed": bool(file.manifest.get("replayed")),
    }


def _recipient_of(facts: Facts) -> Recipient | None:
    """Who gets the mails, if its owner agreed and its caller may still read the orders."""
    found = Recipient.objects.filter(
        role=Recipient.Role.TO, subscription__public_id=facts.public_id, confirmed_time__isnull=False
    )
    recipient = found.select_related("subscription__caller").first()
    return recipient if recipient and may_be_written_to(recipient) else None
