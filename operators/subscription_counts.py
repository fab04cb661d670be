"""How many subscriptions are in which state, and which are late: asked by the overview and by /metrics."""

from collections import Counter
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from delivery.models import FILE_MECHANISMS, Batch, Subscription
from delivery.registration.representation import state_of

LATE = timedelta(minutes=5)
"""After the time that a batch was due at, or after it was cut and is not delivered."""


def by_state() -> Counter[tuple[str, str]]:
    """How many there are of each mechanism in each state. One query, which counts groups."""
    found: Counter[tuple[str, str]] = Counter()
    rows = Subscription.objects.filter(deleted=False).annotate(is_failing=Q(failures__gt=0)).order_by()
    columns = rows.values_list("mechanism", "disabled_reason", "active", "confirmed", "is_failing")
    for mechanism, reason, active, confirmed, is_failing, count in columns.annotate(Count("pk")):
        alike = Subscription(
            disabled_reason=reason, active=active, confirmed=confirmed, failures=int(is_failing)
        )
        found[mechanism, state_of(alike)] += count
    return found


def late() -> QuerySet[Subscription]:
    """Those whose batch should have been cut, or delivered, five minutes ago."""
    then = Now() - LATE
    waiting = Batch.objects.filter(subscription=OuterRef("pk"), delivered_time=None, made_time__lt=then)
    rows = Subscription.objects.filter(mechanism__in=FILE_MECHANISMS, active=True, confirmed=True)
    return rows.filter(Q(due_time__lt=then) | Exists(waiting), deleted=False).order_by()
