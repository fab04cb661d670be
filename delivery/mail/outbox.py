"""The queue of mails: which are sent next, and what became of them.

One process sends, the one that holds the lease of MAIL_SHARD. Each step is a short transaction that locks
that lease, so that a process that lost it takes nothing more. What it had taken is tried again after a while.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from callers.keys import digest, new_key
from delivery.changes import touch
from delivery.mail.limits import DAY, GOOD_FOR, WEEK, may_ask_at, next_try
from delivery.mail.notices import is_still_due
from delivery.mail.recipients import may_be_written_to
from delivery.mail.watching import health_of
from delivery.models import Mail, Recipient, ShardLease, Subscription
from delivery.outcome import Kind, Outcome

MAIL_SHARD = 0
TAKEN_FOR = timedelta(minutes=10)
"""Longer than a sending can take. A mail whose sender died is tried again after it."""


@dataclass(frozen=True)
class Letter:
    """Mails of one kind, to one address, about subscriptions of one caller: they are sent as one.

    `token` is that of a confirmation.
    """

    mails: list[Mail]
    token: str = ""

    @property
    def first(self) -> Mail:
        return self.mails[0]

    @property
    def recipients(self) -> list[Recipient]:
        """Of each mail; take_next takes none without."""
        return [mail.recipient for mail in self.mails if mail.recipient]

    @property
    def recipient(self) -> Recipient:
        return self.recipients[0]


def take_next(owner: str, fence: int, now: datetime) -> Letter | None:
    """The next letter to send, with its try counted. None: there is none now, or the lease is lost."""
    waiting = Mail.objects.filter(next_try_time__lte=now).order_by("next_try_time", "pk")
    if not waiting.exists():  # nearly always, and nothing is locked for it
        return None
    with transaction.atomic():
        leases = ShardLease.objects.select_for_update().filter(number=MAIL_SHARD, owner=owner, fence=fence)
        if not leases:
            return None
        for mail in waiting.select_related("recipient__subscription__caller")[:100]:
            when = _when(mail, now)
            if when != now:
                Mail.objects.filter(pk=mail.pk).update(next_try_time=when)
            elif mail.kind == Mail.Kind.CONFIRM:
                return _confirmation(mail, now)
            else:
                return _notice(mail, now)
    return None


def _when(mail: Mail, now: datetime) -> datetime | None:
    """When this mail may be sent: now, later because of a limit, or never (None)."""
    if mail.recipient is None or not may_be_written_to(mail.recipient):
        return None
    is_confirmation = mail.kind == Mail.Kind.CONFIRM
    if is_confirmation != (mail.recipient.confirmed_time is None):
        return None
    if not is_confirmation:
        is_so = is_still_due(mail.kind, mail.about, health_of(mail.recipient), now)
        return now if is_so else None
    if mail.tries:
        return now
    asked = Mail.objects.filter(kind=Mail.Kind.CONFIRM, first_try_time__isnull=False)
    to_address = asked.filter(key=mail.key, first_try_time__gt=now - WEEK)
    of_caller = asked.filter(caller=mail.caller_id, first_try_time__gt=now - DAY)
    times = [list(found.values_list("first_try_time", flat=True)) for found in (to_address, of_caller)]
    return may_ask_at(times[0], times[1], now)  # type: ignore[arg-type]  # none is null: see `asked`


def _confirmation(mail: Mail, now: datetime) -> Letter:
    """With a token of its own at each try; the one before is good no more."""
    token = new_key()
    _take([mail], now, digest=digest(token), expires_time=now + GOOD_FOR)
    return Letter([mail], token)


def _notice(mail: Mail, now: datetime) -> Letter:
    """With what else of the kind is due to this address about this caller's subscriptions."""
    alike = Mail.objects.filter(next_try_time__lte=now, kind=mail.kind, key=mail.key, caller=mail.caller_id)
    others = alike.exclude(pk=mail.pk).select_related("recipient__subscription__caller").order_by("pk")
    mails = [mail, *(other for other in others[:49] if _when(other, now) == now)]
    _take(mails, now)
    return Letter(mails)


def _take(mails: list[Mail], now: datetime, **changes: object) -> None:
    Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(
        next_try_time=now + TAKEN_FOR,
        tries=F("tries") + 1,
        first_try_time=Coalesce("first_try_time", now),
        **changes,
    )


@transaction.atomic
def record(letter: Letter, outcome: Outcome, now: datetime) -> None:
    """What became of it: sent, to be tried again, or refused for good."""
    if outcome.kind is Kind.BLOCKED:
        refuse(letter.recipient)
    for mail in letter.mails:
        first, tries = mail.first_try_time or now, mail.tries + 1
        is_sent = outcome.kind is Kind.DELIVERED
        Mail.objects.filter(pk=mail.pk, next_try_time__isnull=False).update(
            next_try_time=next_try(outcome, tries, first, now), sent_time=now if is_sent else None
        )


@transaction.atomic
def refuse(recipient: Recipient) -> None:
    """The address takes no mail: a contact has not agreed any more, a subscription that mails is disabled."""
    Recipient.objects.filter(key=recipient.key, role=Recipient.Role.CONTACT).update(confirmed_time=None)
    if recipient.role == Recipient.Role.TO:
        row = Subscription.objects.select_for_update().get(pk=recipient.subscription_id)
        row.active, row.disabled_reason = False, "ADDRESS_REFUSED"
        touch(row)
        row.save(update_fields=["active", "disabled_reason", "change_number"])
