"""Two at once: a link that is pressed twice, and processes that look at one queue. On PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import TypeVar

import pytest
from django.core import mail
from django.db import connections

from delivery.mail import agreeing, outbox
from delivery.models import Mail, Subscription
from tests.delivery.mail.subscribers import TO, links, mailed, mailer

pytestmark = pytest.mark.usefixtures("poller")

Answer = TypeVar("Answer")


def at_once(call: Callable[[], Answer], times: int = 4) -> list[Answer]:
    """What several threads are answered that call it at the same moment."""
    barrier = Barrier(times)

    def calling() -> Answer:
        barrier.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return [future.result() for future in [threads.submit(calling) for _ in range(times)]]


def test_a_link_that_is_pressed_several_times_at_once_confirms_once() -> None:
    row = mailed()
    mailer().round()
    token = links()["confirm"].rpartition("/")[2]
    before = Subscription.objects.get(pk=row.pk).change_number

    answers = at_once(lambda: agreeing.confirm(token))

    assert sorted(answers) == [False, False, False, True]
    assert Subscription.objects.get(pk=row.pk).change_number == before + 1


def test_a_mail_is_taken_once_and_the_limit_holds_whoever_takes() -> None:
    for number in range(6):
        mailed(public_id=f"sub-{number}")
    one = mailer()
    fence, now = one.leases.fences[outbox.MAIL_SHARD], datetime.now(UTC)

    letters = at_once(lambda: outbox.take_next(one.leases.owner, fence, now), 8)

    taken = [letter.first.pk for letter in letters if letter]
    assert len(taken) == len(set(taken)) == 3
    assert Mail.objects.filter(first_try_time__isnull=False).count() == 3


def test_stopping_and_silencing_at_once_end_in_one_state() -> None:
    rows = [mailed(public_id=f"sub-{number}") for number in range(3)]
    Subscription.objects.update(confirmed=True)
    for row in rows:
        row.recipients.update(confirmed_time=datetime.now(UTC))
    mail.outbox.clear()

    at_once(lambda: agreeing.silence(TO))

    stopped = Subscription.objects.filter(active=False, confirmed=False, disabled_reason=agreeing.STOPPED)
    assert stopped.count() == 3
