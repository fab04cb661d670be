"""Subscriptions with addresses, without HTTP, and what their owners do with the mails."""

import re
from datetime import UTC, datetime
from threading import Event
from typing import Any

from django.core import mail
from django.db import transaction

from callers.models import Caller
from delivery.changes import touch
from delivery.engine.leases import Leases
from delivery.file_transports import transports
from delivery.files import process
from delivery.files.deliverer import FileDeliverer
from delivery.mail.mailing import Mailer
from delivery.mail.recipients import note_recipients
from delivery.models import FILE_SHARDS, Recipient, Subscription
from tests.delivery.engine.subscriptions import saved

TO = "ops@shop.example"
LINK = re.compile(r"https://status\.example(/subscriptions/(confirm|stop|never)/[\w-]{43})")


def mailed(address: str = TO, **members: Any) -> Subscription:
    """One that sends files to an address, which has not agreed yet."""
    schedule = {"cron": "* * * * *", "timeZone": "Asia/Bangkok"}
    return subscribed(mechanism="email", settings={"to": address, "schedule": schedule}, **members)


def subscribed(**members: Any) -> Subscription:
    """One of the caller `poller`, which is there."""
    number = Subscription.objects.count()
    given = {"public_id": f"sub{number}", "name": f"ERP {number}", **members}
    with transaction.atomic():
        row = saved(Caller.objects.get(username="poller"), **given)
        note_recipients(row, ask_again=False)
        touch(row)
        row.save()
    return row


def agreed(row: Subscription, role: str = "to") -> Recipient:
    """Have the owner of its address agreed."""
    Recipient.objects.filter(subscription=row, role=role).update(confirmed_time=datetime.now(UTC))
    if role == "to":
        Subscription.objects.filter(pk=row.pk).update(confirmed=True)
    return Recipient.objects.get(subscription=row, role=role)


def mailer(owner: str = "mails") -> Mailer:
    """The mailer of a process that holds the lease of mails."""
    leases = Leases(owner)
    leases.renew(())
    return Mailer(leases)


def links(index: int = -1) -> dict[str, str]:
    """The paths of the links of a mail that was sent, by what they do."""
    text = str(mail.outbox[index].body)
    return {action: path for path, action in LINK.findall(text)}


def delivered(row: Subscription) -> None:
    """Have its batch cut and sent, by a process for files of one turn."""
    Subscription.objects.filter(pk=row.pk).update(due_time=datetime.now(UTC))
    process.deliver(FileDeliverer(Leases("files", shards=FILE_SHARDS), transports()), Event(), once=True)
