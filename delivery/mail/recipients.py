"""Whose addresses a subscription has, and having them confirmed (contract, section 12)."""

from datetime import UTC, datetime

from callers.keys import digest, new_key
from callers.models import Grant
from delivery import secrets
from delivery.models import Mail, Recipient, SilencedAddress, Subscription

Role = Recipient.Role


def key_of(address: str) -> str:
    """The address as limits compare it: hardly a server tells capital letters from small ones."""
    return address.lower()


def may_be_written_to(recipient: Recipient) -> bool:
    """Whether its caller may still read these orders, and its owner has not forbidden all mails.

    Three queries at most; the recipient was read with its subscription and the caller of that.
    """
    row = recipient.subscription
    if row.deleted or row.caller.revoked_time or SilencedAddress.objects.filter(key=recipient.key).exists():
        return False
    return Grant.objects.filter(caller=row.caller_id, kind=row.kind, identifier=row.identifier).exists()


def stop_token_of(recipient: Recipient) -> str:
    """The token that ends the mails to this recipient."""
    token: str = secrets.unseal(recipient.stop_token)["token"]
    return token


def note_recipients(row: Subscription, *, ask_again: bool) -> None:
    """Take in the addresses of a stored subscription, and have new ones asked whether they agree.

    Sets `row.confirmed`, and saves nothing of the row. With `ask_again` those that have not answered are
    asked once more. Call it in the transaction that saves the row.
    """
    to = _noted(row, Role.TO, str(row.settings.get("to", "")), ask_again=ask_again)
    _noted(row, Role.CONTACT, row.contact_email, ask_again=ask_again)
    row.confirmed = to is None or to.confirmed_time is not None


def _noted(row: Subscription, role: Role, address: str, *, ask_again: bool) -> Recipient | None:
    recipient = Recipient.objects.filter(subscription=row, role=role).first()
    if recipient and recipient.key == key_of(address):
        if recipient.address != address:
            recipient.address = address
            recipient.save(update_fields=["address"])
        if ask_again and recipient.confirmed_time is None:
            _ask(recipient, row)
        return recipient
    if recipient:
        recipient.delete()  # what it was asked and told is kept for the limits, and its links lead nowhere
    return _new(row, role, address) if address else None


def _new(row: Subscription, role: Role, address: str) -> Recipient:
    token = new_key()
    recipient = Recipient.objects.create(
        subscription=row,
        role=role,
        address=address,
        key=key_of(address),
        confirmed_time=_agreed_time(row, address) if role == Role.CONTACT else None,
        stop_token=secrets.seal({"token": token}),
        stop_digest=digest(token),
    )
    if recipient.confirmed_time is None:
        _ask(recipient, row)
    return recipient


def _agreed_time(row: Subscription, address: str) -> datetime | None:
    """When this address agreed to be told of failures of this caller's subscriptions: once is enough."""
    contacts = Recipient.objects.filter(role=Role.CONTACT, key=key_of(address))
    agreed = contacts.filter(subscription__caller=row.caller_id, confirmed_time__isnull=False)
    return agreed.values_list("confirmed_time", flat=True).first()


def _ask(recipient: Recipient, row: Subscription) -> None:
    """Put a confirmation into the queue, unless one waits there."""
    asked = recipient.mails.filter(kind=Mail.Kind.CONFIRM)
    if asked.filter(next_try_time__isnull=False).exists():
        return
    now = datetime.now(UTC)
    Mail.objects.create(
        recipient=recipient,
        caller_id=row.caller_id,
        key=recipient.key,
        kind=Mail.Kind.CONFIRM,
        about=now.isoformat(),
        made_time=now,
        next_try_time=now,
    )
