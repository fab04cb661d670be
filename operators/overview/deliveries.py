"""Whether deliveries go out, and which do not."""

from collections import Counter
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from delivery.models import (
    FILE_MECHANISMS,
    FILE_SHARDS,
    ORDER_SHARDS,
    Batch,
    DeliverProcess,
    HeldOrder,
    ShardLease,
    Subscription,
)
from delivery.registration.representation import state_of
from operators.overview.findings import Deliveries, Process
from operators.overview.troubles import troubles

LATE = timedelta(minutes=5)
"""After the time that a batch was due at, or after it was cut and is not delivered."""


def find() -> Deliveries:
    """At most nine queries."""
    rows = Subscription.objects.filter(deleted=False)
    held = dict(HeldOrder.objects.values_list("subscription").annotate(Count("pk")))
    files = Q(mechanism__in=FILE_MECHANISMS)
    return Deliveries(
        states=_states(rows),
        orders=_process(ORDER_SHARDS, rows.exclude(files)),
        files=_process(FILE_SHARDS, rows.filter(files)),
        held_orders=sum(held.values()),
        late_batches=_late(rows.filter(files)).count(),
        troubles=troubles(held),
    )


def _states(rows: QuerySet[Subscription]) -> dict[str, int]:
    """How many there are in each state. One query, which counts groups."""
    found: Counter[str] = Counter()
    columns = ("disabled_reason", "active", "confirmed", "is_failing")
    groups = rows.order_by().annotate(is_failing=Q(failures__gt=0)).values_list(*columns)
    for reason, active, confirmed, is_failing, count in groups.annotate(Count("pk")):
        alike = Subscription(
            disabled_reason=reason, active=active, confirmed=confirmed, failures=int(is_failing)
        )
        found[state_of(alike)] += count
    return dict(found)


def _process(shards: range, rows: QuerySet[Subscription]) -> Process:
    """Who delivers these shards. Three queries."""
    processes = DeliverProcess.objects.filter(first_shard=shards.start, until__gt=Now())
    leases = ShardLease.objects.filter(number__range=(shards.start, shards.stop - 1), until__gt=Now())
    waiting = rows.filter(active=True, confirmed=True, disabled_reason="")
    return Process(processes.count(), leases.count(), waiting.count())


def _late(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """Those whose batch should have been cut, or delivered, five minutes ago."""
    waiting = Batch.objects.filter(
        subscription=OuterRef("pk"), delivered_time=None, made_time__lt=Now() - LATE
    )
    late = rows.filter(Q(due_time__lt=Now() - LATE) | Exists(waiting))
    return late.filter(active=True, confirmed=True)
