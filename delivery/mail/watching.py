"""Looking for notices that are due, and putting them into the queue of mails."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from delivery.mail.notices import Health, due, paced_since
from delivery.models import Attempt, Mail, Recipient

KEPT_FOR = timedelta(days=90)
UNTRIED = ("TEST", "SKIPPED")
"""Outcomes of attempts that say nothing about how a subscription is."""


def watch(now: datetime) -> None:
    """Put the notices that are due into the queue. One that is there, or was sent, is not sent again."""
    Mail.objects.bulk_create(_found(now), ignore_conflicts=True)


def tidy(now: datetime) -> None:
    """Remove what nobody needs any more: mails to recipients that are gone, and occasions long over.

    The notice of being disabled is kept as long as it may still be due, and so is a confirmation, whose
    links are in somebody's mailbox.
    """
    old = Mail.objects.filter(made_time__lt=now - KEPT_FOR)
    old.filter(recipient=None).delete()
    old.exclude(kind__in=(Mail.Kind.CONFIRM, Mail.Kind.DISABLED)).delete()


def _found(now: datetime) -> Iterator[Mail]:
    for recipient in _watched():
        health = health_of(recipient)
        since = paced_since(health, now)
        if since != recipient.paced_since_time:
            Recipient.objects.filter(pk=recipient.pk).update(paced_since_time=since)
        if notice := due(replace(health, last_attempt=recipient.last_attempt or 0), now):  # type: ignore[attr-defined]  # _watched adds it
            kind, about = notice
            yield Mail(
                recipient=recipient,
                caller_id=recipient.subscription.caller_id,
                key=recipient.key,
                kind=kind,
                about=about,
                made_time=now,
                next_try_time=now,
            )


def _watched() -> QuerySet[Recipient]:
    """Contacts that have agreed, of subscriptions that something is, or was, the matter with."""
    contacts = Recipient.objects.filter(role=Recipient.Role.CONTACT, confirmed_time__isnull=False)
    tried = Attempt.objects.filter(subscription=OuterRef("subscription")).exclude(outcome__in=UNTRIED)
    is_unwell = Q(subscription__failures__gt=0) | Q(subscription__next_attempt_time__isnull=False)
    is_unwell |= Q(paced_since_time__isnull=False) | ~Q(subscription__disabled_reason="")
    return (
        contacts.filter(is_unwell, subscription__deleted=False)
        .select_related("subscription")
        .annotate(last_attempt=Subquery(tried.order_by("-id").values("id")[:1]))
    )


def health_of(recipient: Recipient) -> Health:
    """What is known of its subscription, but for its last attempt."""
    row = recipient.subscription
    return Health(
        active=row.active,
        disabled_reason=row.disabled_reason,
        failures=row.failures,
        failing_since=row.failing_since_time,
        last_success=row.last_success_time,
        next_attempt=row.next_attempt_time,
        paced_since=recipient.paced_since_time,
    )
