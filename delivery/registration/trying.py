"""A test: one example is delivered now, and nothing of the subscription changes (contract, section 9).

The request is made by a thread of its own, so that the one that answers is free after 10 seconds whatever the
receiver, or the look-up of its name, does; and one at a time, so that tests never take the threads of polls.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock, Thread

from django.db import transaction

from delivery.file_transports import transports
from delivery.learning import learn
from delivery.models import Attempt, Subscription
from delivery.outcome import Kind, Outcome
from delivery.registration.example import example
from delivery.registration.refusals import NoSuchSubscription, OtherTestUnderWay
from delivery.transport import Facts
from delivery.webhook import Webhook
from orders.forms import Row

TEST_SECONDS = 10
TEST_HEADER = {"X-Acomm-Test": "true"}

_turn = Lock()
"""Held while a request of a test is under way in this process."""


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Raises OtherTestUnderWay at once where another is under way: to wait would hold a thread, too."""
    if not _turn.acquire(blocking=False):
        raise OtherTestUnderWay
    try:
        yield
    finally:
        _turn.release()


def tried(row: Subscription) -> tuple[bool, Attempt]:
    """Deliver the example: whether it was delivered, and the attempt as kept. Takes 10 seconds at most.

    A host key that was seen first is pinned.
    """
    now = datetime.now(UTC)
    facts, order = Facts.of(row), None if row.sends_files else example(row.scope, now)
    outcome = _outcome(lambda: _carried(row.mechanism, facts, order))
    with transaction.atomic():
        if not Subscription.objects.select_for_update().filter(pk=row.pk, deleted=False).exists():
            raise NoSuchSubscription  # it was deleted meanwhile
        learn(row, outcome.learned)
        attempt = Attempt.objects.create(
            subscription=row,
            time=now,
            channel_id=order.channel_id if order else "",
            order_id=order.order_id if order else "",
            updated_time=now if order else None,
            outcome="TEST",
            status=outcome.status,
            milliseconds=outcome.milliseconds,
            detail=outcome.detail[:200],
            answer=outcome.answer,
        )
    return outcome.kind is Kind.DELIVERED, attempt


def _carried(mechanism: str, facts: Facts, order: Row | None) -> Outcome:
    """An example order by webhook, or what a mechanism of files does for an example."""
    return asyncio.run(_deliver(facts, order)) if order else transports()[mechanism].try_out(facts)


def _outcome(carry: Callable[[], Outcome]) -> Outcome:
    """What came of it, from the thread that does it; that thread may be left behind with a look-up."""
    answer: Future[Outcome] = Future()

    def work() -> None:
        try:
            answer.set_result(carry())
        except Exception as error:
            answer.set_exception(error)

    Thread(target=work, name="test of a subscription", daemon=True).start()
    try:
        return answer.result(TEST_SECONDS)
    except TimeoutError:
        return Outcome(Kind.REFUSED, None, TEST_SECONDS * 1000, f"no answer within {TEST_SECONDS} s")


async def _deliver(facts: Facts, order: Row) -> Outcome:
    webhook = Webhook()
    try:
        message = webhook.prepare(facts, order, None, 0)
        message = replace(message, headers=message.headers | TEST_HEADER)
        async with asyncio.timeout(TEST_SECONDS):
            outcome = await webhook.carry(message, lambda: True)
        return outcome or Outcome(Kind.REFUSED)
    finally:
        await webhook.close()
