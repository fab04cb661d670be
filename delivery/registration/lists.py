"""The lists below a subscription: held orders and attempts, in pages (contract, section 9)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count

from delivery.models import Attempt, HeldOrder, Subscription
from delivery.registration.serializers import TEXT
from wire.refusals import BadParameters, ParameterError
from wire.times import format_time

PAGE = 100
OUTCOMES = ("DELIVERED", "REFUSED", "FAILED", "PACED", "BLOCKED", "GIVEN_UP", "SKIPPED", "TEST")


def held_counts(rows: Iterable[Subscription]) -> dict[int, int]:
    """How many orders are held, by primary key. One query."""
    found = HeldOrder.objects.filter(subscription__in=[row.pk for row in rows]).values_list("subscription")
    return dict(found.annotate(count=Count("pk")))


def held(row: Subscription, query: Mapping[str, str]) -> dict[str, Any]:
    """Held orders, in the order in which they were first held."""
    after = number_of(query, "after")
    orders = list(row.held_orders.filter(pk__gt=after or 0).order_by("pk")[: PAGE + 1])
    shown = orders[:PAGE]
    return {
        "held": [
            {
                "channelId": order.channel_id,
                "orderId": order.order_id,
                "updatedTime": _text(order.updated_time),
                "tries": order.tries,
                "status": order.status,
                "detail": order.detail or None,
                "nextAttemptTime": _text(order.next_attempt_time),
                "state": "GIVEN_UP" if order.given_up else "HELD",
            }
            for order in shown
        ],
        "nextAfter": str(shown[-1].pk) if len(orders) > PAGE else None,
    }


def attempts(row: Subscription, query: Mapping[str, str]) -> dict[str, Any]:
    """Attempts, newest first."""
    found = row.attempts.order_by("-pk")
    before, outcome = number_of(query, "before"), query.get("outcome")
    if outcome is not None and outcome not in OUTCOMES:
        raise BadParameters([ParameterError("outcome", f"must be one of {', '.join(OUTCOMES)}")])
    order_id = query.get("orderId")
    if order_id is not None and not (order_id and TEXT.fullmatch(order_id)):
        raise BadParameters([ParameterError("orderId", "must be the id of an order")])
    if before is not None:
        found = found.filter(pk__lt=before)
    if outcome:
        found = found.filter(outcome=outcome)
    if order_id is not None:
        found = found.filter(order_id=order_id)
    rows = list(found[: PAGE + 1])
    shown = rows[:PAGE]
    return {
        "attempts": [attempt_shown(attempt) for attempt in shown],
        "nextBefore": str(shown[-1].pk) if len(rows) > PAGE else None,
    }


def attempt_shown(attempt: Attempt) -> dict[str, Any]:
    """One attempt as it is shown."""
    return {
        "attemptId": str(attempt.pk),
        "time": _text(attempt.time),
        "channelId": attempt.channel_id or None,
        "orderId": attempt.order_id or None,
        "updatedTime": _text(attempt.updated_time),
        "batch": attempt.batch,
        "outcome": attempt.outcome,
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "detail": attempt.detail or None,
        "answer": attempt.answer or None,
        "nextAttemptTime": _text(attempt.next_attempt_time),
    }


def number_of(query: Mapping[str, str], name: str) -> int | None:
    """Where a page begins, as the page before said; None for the first. Raises BadParameters."""
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadParameters([ParameterError(name, "must be what the list before it said")])
    return int(text)


def _text(time: datetime | None) -> str | None:
    return format_time(time.astimezone(UTC)) if time else None
