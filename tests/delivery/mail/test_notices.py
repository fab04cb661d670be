"""Contacts are told of what fails: each once, by one process, and of several subscriptions in one mail."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from django.core import mail
from django.test import Client

from callers.administration import revoke_caller
from callers.grants import withdraw
from callers.models import Scope
from delivery.mail import outbox
from delivery.mail.watching import tidy, watch
from delivery.models import Attempt, Mail, Recipient, ShardLease, Subscription
from delivery.outcome import Kind, Outcome
from tests.delivery.mail.subscribers import TO, agreed, links, mailer, subscribed

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("poller")]

SECRET_URL = {"url": "https://hook.shop.example/secret-path?key=hidden", "concurrency": 8}


def failing(**units: float) -> Subscription:
    """One whose contact has agreed, and that has failed for so long."""
    row = subscribed(contact_email=TO, settings=SECRET_URL)
    agreed(row, "contact")
    since = datetime.now(UTC) - timedelta(**units)
    Subscription.objects.filter(pk=row.pk).update(failures=3, failing_since_time=since)
    Attempt.objects.create(
        subscription=row, time=since, outcome="FAILED", detail="cannot connect: Connection refused"
    )
    mail.outbox.clear()
    return row


def test_a_contact_is_told_after_an_hour_and_nothing_but_the_host_is_shown() -> None:
    row = failing(hours=1, minutes=1)

    mailer().round()

    (sent,) = mail.outbox
    whole = message_from_bytes(sent.message().as_bytes())
    texts = [part.get_payload(decode=True) for part in whole.walk() if not part.is_multipart()]
    shown = b"".join(text for text in texts if isinstance(text, bytes)).decode()
    assert (sent.to, sent.subject) == ([TO], "[lazada-th] ERP 0: delivery has been failing for an hour")
    assert "hook.shop.example" in shown
    assert "cannot connect: Connection refused" in shown
    assert row.public_id in shown
    assert "secret-path" not in shown
    assert "hidden" not in shown
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert sent.extra_headers["List-Unsubscribe"] == f"<https://status.example{links()['stop']}>"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_each_is_told_once_also_by_several_processes_and_after_restarts() -> None:
    row = failing(hours=1, minutes=1)
    for owner in "abc":
        mailer(owner).round()
        mailer(owner).round()
    told = len(mail.outbox)
    day_ago = datetime.now(UTC) - timedelta(hours=24)
    Subscription.objects.filter(pk=row.pk).update(failing_since_time=day_ago)
    for owner in "abc":
        mailer(owner).round()
    Subscription.objects.filter(pk=row.pk).update(active=False, disabled_reason="NO_SUCCESS")
    for owner in "abc":
        mailer(owner).round()

    assert told == 1
    assert [str(sent.subject).partition(": ")[2] for sent in mail.outbox] == [
        "delivery has been failing for an hour",
        "delivery has been failing for a day",
        "delivery was switched off",
    ]


def test_one_that_works_again_before_the_mail_could_be_sent_is_not_told_of() -> None:
    row = failing(hours=2)
    watch(datetime.now(UTC))
    Subscription.objects.filter(pk=row.pk).update(failures=0, failing_since_time=None)

    mailer().round()

    assert mail.outbox == []


def test_one_that_is_disabled_again_is_told_again() -> None:
    row = failing(minutes=1)
    Subscription.objects.filter(pk=row.pk).update(active=False, disabled_reason="GONE")
    mailer().round()
    mailer().round()
    Attempt.objects.create(subscription=row, time=datetime.now(UTC), outcome="FAILED", status=410)

    mailer().round()

    assert len(mail.outbox) == 2


def test_several_subscriptions_of_one_caller_come_in_one_mail() -> None:
    rows = [failing(hours=2) for _ in range(3)]

    mailer().round()

    (sent,) = mail.outbox
    assert sent.subject == "[lazada-th] ERP 0 and 2 more: delivery has been failing for an hour"
    assert all(row.public_id in str(sent.body) for row in rows)


def test_who_has_not_agreed_is_told_nothing() -> None:
    row = failing(hours=2)
    Recipient.objects.update(confirmed_time=None)

    mailer().round()

    assert not any("failing" in str(sent.subject) for sent in mail.outbox)
    assert row.public_id not in "".join(str(sent.body) for sent in mail.outbox)


@pytest.mark.parametrize("how", ["revoked", "withdrawn"])
def test_of_a_caller_without_the_right_nothing_is_told(how: str) -> None:
    failing(hours=2)
    watch(datetime.now(UTC))
    if how == "revoked":
        revoke_caller(username="poller")
    else:
        withdraw(username="poller", scopes=[Scope("channel", "lazada-th")])

    mailer().round()

    assert mail.outbox == []
    assert Mail.objects.filter(next_try_time__isnull=False).count() == 0


def test_a_receiver_that_asks_for_less_for_a_day_is_told() -> None:
    row = failing(hours=2)
    later = datetime.now(UTC) + timedelta(minutes=30)
    paced = Subscription.objects.filter(pk=row.pk)
    paced.update(failures=0, failing_since_time=None, next_attempt_time=later)
    mailer().round()
    seen = Recipient.objects.get().paced_since_time
    assert seen is not None
    Recipient.objects.update(paced_since_time=seen - timedelta(hours=24))

    mailer().round()
    mailer().round()

    (sent,) = mail.outbox
    assert sent.subject == "[lazada-th] ERP 0: nothing was accepted for a day"


def test_the_link_in_it_ends_such_mails_and_not_the_subscription(anyone: Client) -> None:
    row = failing(hours=2)
    mailer().round()

    anyone.post(links()["stop"])
    Subscription.objects.filter(pk=row.pk).update(failing_since_time=datetime.now(UTC) - timedelta(hours=25))
    mailer().round()

    assert len(mail.outbox) == 1
    assert Subscription.objects.get(pk=row.pk).active


def test_what_nobody_needs_any_more_is_removed_after_ninety_days() -> None:
    row, gone = failing(hours=2), failing(hours=2)
    Subscription.objects.filter(pk=row.pk).update(active=False, disabled_reason="GONE")
    mailer().round()
    Subscription.objects.filter(pk=gone.pk).delete()
    before = Mail.objects.count()

    tidy(datetime.now(UTC) + timedelta(days=89))
    kept = Mail.objects.count()
    tidy(datetime.now(UTC) + timedelta(days=91))

    assert before == kept == 3
    assert sorted(Mail.objects.values_list("kind", flat=True)) == ["CONFIRM", "DISABLED"]


def test_only_the_process_with_the_lease_sends() -> None:
    failing(hours=2)
    first = mailer("a")
    ShardLease.objects.filter(number=0).update(owner="b", fence=99)

    first.round()

    assert mail.outbox == []


def test_a_mail_that_was_taken_by_a_process_that_died_is_sent_by_another_later() -> None:
    failing(hours=2)
    watch(datetime.now(UTC))
    one = mailer("a")
    fence = one.leases.fences[0]
    now = datetime.now(UTC)

    taken = outbox.take_next("a", fence, now)
    at_once = outbox.take_next("a", fence, now)
    later = outbox.take_next("a", fence, now + outbox.TAKEN_FOR)

    assert taken is not None
    assert at_once is None
    assert later is not None
    assert [mail.pk for mail in later.mails] == [mail.pk for mail in taken.mails]


def test_a_failed_sending_is_tried_again_and_a_refused_address_is_not() -> None:
    failing(hours=2)
    watch(datetime.now(UTC))
    now = datetime.now(UTC)
    one = mailer("a")
    letter = outbox.take_next("a", one.leases.fences[0], now)
    assert letter is not None

    outbox.record(letter, Outcome(Kind.FAILED), now)
    again = Mail.objects.get(kind="FAILING_1_HOUR").next_try_time
    outbox.record(letter, Outcome(Kind.BLOCKED), now)

    assert again == now + timedelta(minutes=1)
    assert Mail.objects.get(kind="FAILING_1_HOUR").next_try_time is None
    assert Recipient.objects.get().confirmed_time is None
