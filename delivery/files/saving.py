"""Saving what came of a file that was sent: refused whole where the lease is lost."""

import random
from dataclasses import replace
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F

from delivery import pace
from delivery.counting import count_delivery
from delivery.files.freezing import Lease
from delivery.learning import learn
from delivery.models import Attempt, Batch, Subscription
from delivery.outcome import Kind, Outcome

AN_ORDER = ("", "")
"""What pacing counts by; a file that is refused is a receiver that fails, so there is only one."""


def save(row: Subscription, lease: Lease, batch: Batch, outcome: Outcome) -> bool:
    """Note a try of a batch. False: the lease is lost, and nothing was saved.

    What was found out under terms that changed since `row` was read means nothing for the pace.
    """
    now = datetime.now(UTC)
    state = pace.after(
        _state(row),
        _for_pace(outcome),
        AN_ORDER,
        now=now,
        limit=1,
        chance=random.random(),  # noqa: S311 - jitter
    )
    with transaction.atomic():
        if not lease.is_held() or not Subscription.objects.filter(pk=row.pk).exists():
            return False
        _note(row, batch, outcome, now, state.next_time)
        tried = Batch.objects.filter(pk=batch.pk)
        tried.update(tries=F("tries") + 1)
        if outcome.kind is Kind.DELIVERED:
            # One that was emptied while it was sent is not what was delivered (delivery.erased_batches)
            tried.filter(delivered_time=None, sha256=batch.sha256).update(delivered_time=now)
        _save_state(row, state, outcome, now)
    count_delivery(row.mechanism, outcome.kind, batch.until, now)
    return True


def disable(row: Subscription, lease: Lease, reason: str) -> None:
    """Send nothing more, for a reason that was found before anything was sent."""
    with transaction.atomic():
        if lease.is_held():
            found = Subscription.objects.filter(pk=row.pk, change_number=row.change_number)
            found.update(active=False, disabled_reason=reason)


def _state(row: Subscription) -> pace.State:
    return pace.State(failures=row.failures, failing_since=row.failing_since_time)


def _for_pace(outcome: Outcome) -> Outcome:
    return replace(outcome, kind=Kind.FAILED) if outcome.kind is Kind.REFUSED else outcome


def _save_state(row: Subscription, state: pace.State, outcome: Outcome, now: datetime) -> None:
    found = Subscription.objects.filter(pk=row.pk, change_number=row.change_number)
    if outcome.kind is Kind.DELIVERED:
        Subscription.objects.filter(pk=row.pk).update(last_success_time=now)
    found.update(
        failures=state.failures,
        failing_since_time=state.failing_since,
        next_attempt_time=state.next_time,
        **({"active": False, "disabled_reason": state.disabled} if state.disabled else {}),
    )
    learn(row, outcome.learned)


def _note(
    row: Subscription, batch: Batch, outcome: Outcome, now: datetime, next_time: datetime | None
) -> None:
    Attempt.objects.create(
        subscription=row,
        time=now,
        updated_time=batch.until,
        batch=batch.number,
        outcome="FAILED" if outcome.kind is Kind.GONE else str(outcome.kind),
        status=outcome.status,
        milliseconds=outcome.milliseconds,
        detail=outcome.detail[:200],
        answer=outcome.answer[:1024],
        next_attempt_time=next_time,
    )
