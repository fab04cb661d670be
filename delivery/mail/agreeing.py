"""What the owner of an address says: yes, stop, never again (contract, section 12).

Each is found by the digest of a token that only the mail shows. Reading changes nothing.
"""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import QuerySet

from callers.keys import digest
from delivery.changes import touch
from delivery.models import Mail, Recipient, SilencedAddress, Subscription

STOPPED = "STOPPED_BY_RECIPIENT"
Role = Recipient.Role


def asked(token: str) -> Mail | None:
    """The confirmation with this token, whether or not it is good any more."""
    found = Mail.objects.filter(kind=Mail.Kind.CONFIRM, digest=digest(token))
    return found.select_related("recipient__subscription", "caller").first()


def is_open(mail: Mail, now: datetime) -> bool:
    """Whether this confirmation may still be answered with yes."""
    is_fresh = mail.used_time is None and mail.expires_time is not None and now < mail.expires_time
    recipient = mail.recipient
    return is_fresh and recipient is not None and not recipient.subscription.deleted


@transaction.atomic
def confirm(token: str) -> bool:
    """Yes. False when the token is not good any more; it works once."""
    mail, now = asked(token), datetime.now(UTC)
    if mail is None or not is_open(mail, now) or (recipient := mail.recipient) is None:
        return False
    row = Subscription.objects.select_for_update().get(pk=recipient.subscription_id)
    if not Mail.objects.filter(pk=mail.pk, used_time=None).update(used_time=now):
        return False
    if recipient.role == Role.CONTACT:
        _contacts(recipient).update(confirmed_time=now)
        return True
    if not Recipient.objects.filter(pk=recipient.pk).update(confirmed_time=now):
        return False  # another address took its place while we waited for the lock
    row.confirmed = True
    touch(row)
    row.save(update_fields=["confirmed", "change_number"])
    return True


def stoppable(token: str) -> Recipient | None:
    """Whose mails end by this token, or ended by it before."""
    found = Recipient.objects.filter(stop_digest=digest(token), subscription__deleted=False)
    return found.select_related("subscription").first()


@transaction.atomic
def stop(recipient: Recipient) -> None:
    """End these mails, until the address is confirmed anew. Doing it twice changes nothing more."""
    if recipient.role == Role.CONTACT:
        _contacts(recipient).update(confirmed_time=None)
        return
    row = Subscription.objects.select_for_update().get(pk=recipient.subscription_id)
    if not Recipient.objects.filter(pk=recipient.pk).update(confirmed_time=None):
        return  # another address took its place while we waited for the lock
    row.active, row.confirmed, row.disabled_reason = False, False, STOPPED
    touch(row)
    row.save(update_fields=["active", "confirmed", "disabled_reason", "change_number"])


def silence(key: str) -> None:
    """Never write to this address again, whoever asks, and end all that goes there now.

    From the first statement on nothing is sent. The rest is a transaction for each subscription, because
    nobody may lock a second one who holds the lock of SubscriptionClock.
    """
    SilencedAddress.objects.get_or_create(key=key, defaults={"time": datetime.now(UTC)})
    Mail.objects.filter(key=key, next_try_time__isnull=False).update(next_try_time=None)
    for recipient in Recipient.objects.filter(key=key, confirmed_time__isnull=False).order_by("subscription"):
        stop(recipient)


def _contacts(recipient: Recipient) -> QuerySet[Recipient]:
    """This address wherever its caller named it as contact: it agrees and stops once for all of them."""
    caller = recipient.subscription.caller_id
    return Recipient.objects.filter(role=Role.CONTACT, key=recipient.key, subscription__caller=caller)
