"""Whether deliveries go out, and which do not."""

from collections import Counter

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from delivery.models import (
    FILE_MECHANISMS,
    FILE_SHARDS,
    ORDER_SHARDS,
    DeliverProcess,
    HeldOrder,
    ShardLease,
    Subscription,
)
from operators import subscription_counts
from operators.overview.findings import Deliveries, Process
from operators.overview.troubles import troubles


def find() -> Deliveries:
    """At most nine queries."""
    rows = Subscription.objects.filter(deleted=False)
    held = dict(HeldOrder.objects.values_list("subscription").annotate(Count("pk")))
    files = Q(mechanism__in=FILE_MECHANISMS)
    return Deliveries(
        states=_states(),
        orders=_process(ORDER_SHARDS, rows.exclude(files)),
        files=_process(FILE_SHARDS, rows.filter(files)),
        held_orders=sum(held.values()),
        late_batches=subscription_counts.late().count(),
        troubles=troubles(held),
    )


def _states() -> dict[str, int]:
    """How many there are in each state. One query."""
    found: Counter[str] = Counter()
    for (_, state), count in subscription_counts.by_state().items():
        found[state] += count
    return dict(found)


def _process(shards: range, rows: QuerySet[Subscription]) -> Process:
    """Who delivers these shards. Three queries."""
    processes = DeliverProcess.objects.filter(first_shard=shards.start, until__gt=Now())
    leases = ShardLease.objects.filter(number__range=(shards.start, shards.stop - 1), until__gt=Now())
    waiting = rows.filter(active=True, confirmed=True, disabled_reason="")
    return Process(processes.count(), leases.count(), waiting.count())
