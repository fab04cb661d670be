"""What the database says of deliveries: subscriptions by state, what is held or late, who delivers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import product

from django.db.models import Count, Exists, Max, OuterRef, Q
from prometheus_client import Metric

from delivery.engine.clocks import database_now
from delivery.engine.leases import LEASE_SECONDS
from delivery.models import (
    FILE_MECHANISMS,
    FILE_SHARDS,
    ORDER_SHARDS,
    Batch,
    HeldOrder,
    ShardLease,
    Subscription,
)
from delivery.registration.representation import STATES, state_of
from operators.gauges import gauges

Found = dict[tuple[str, ...], float]
MECHANISMS = ("webhook", *FILE_MECHANISMS)
LATE = timedelta(minutes=5)
"""After the time that a batch was due at, or after it was cut and is not delivered."""


def subscriptions() -> list[Metric]:
    """How many there are in each state. One query, which counts groups."""
    found: Found = dict.fromkeys(product(MECHANISMS, map(str.lower, STATES)), 0)
    rows = Subscription.objects.filter(deleted=False).annotate(is_failing=Q(failures__gt=0))
    columns = rows.values_list("mechanism", "disabled_reason", "active", "confirmed", "is_failing")
    for mechanism, reason, active, confirmed, is_failing, count in columns.annotate(Count("pk")):
        alike = Subscription(
            disabled_reason=reason, active=active, confirmed=confirmed, failures=int(is_failing)
        )
        found[mechanism, state_of(alike).lower()] += count
    words = "Subscriptions, by mechanism and state."
    return [gauges("acommerce_subscriptions", words, ("mechanism", "state"), found)]


def held_orders() -> list[Metric]:
    """Orders that receivers refused while they took others. One query."""
    rows = HeldOrder.objects.values_list("subscription__mechanism", "given_up").annotate(Count("pk"))
    found: Found = dict.fromkeys(product(["webhook"], ["waiting", "given_up"]), 0)
    for mechanism, given_up, count in rows:
        found[mechanism, "given_up" if given_up else "waiting"] = count
    words = "Orders held for receivers that refused them, by mechanism."
    return [gauges("acommerce_held_orders", words, ("mechanism", "state"), found)]


def late_batches() -> list[Metric]:
    """Subscriptions whose batch should have been cut, or delivered, five minutes ago. One query."""
    then = database_now() - LATE
    waiting = Batch.objects.filter(subscription=OuterRef("pk"), delivered_time=None, made_time__lt=then)
    rows = Subscription.objects.filter(Q(due_time__lt=then) | Exists(waiting), mechanism__in=FILE_MECHANISMS)
    rows = rows.filter(active=True, confirmed=True, deleted=False).order_by()
    found = dict.fromkeys(FILE_MECHANISMS, 0) | dict(rows.values_list("mechanism").annotate(Count("pk")))
    words = "Batches that are five minutes late, by mechanism."
    return [gauges("acommerce_late_batches", words, ("mechanism",), _alone(found.items()))]


def deliver_processes() -> list[Metric]:
    """Whether `deliver` runs somewhere, for orders and for files. Three queries."""
    now = database_now()
    shares = [("orders", *_leases(ORDER_SHARDS, now)), ("files", *_leases(FILE_SHARDS, now))]
    held = _alone((sends, count) for sends, count, _ in shares)
    ages = _alone(
        (sends, max((now - newest).total_seconds() + LEASE_SECONDS, 0))
        for sends, _, newest in shares
        if newest
    )
    return [
        gauges("acommerce_deliver_leases_held", "Leases of 64 that a process holds.", ("sends",), held),
        gauges("acommerce_deliver_renewal_age_seconds", "Since a lease was renewed.", ("sends",), ages),
    ]


def _leases(shards: range, now: datetime) -> tuple[int, datetime | None]:
    """How many are held, and when the last of them ends that was ever held."""
    leases = ShardLease.objects.filter(number__in=shards)
    found = leases.aggregate(held=Count("pk", filter=Q(until__gt=now)), newest=Max("until"))
    return found["held"], found["newest"]


def _alone(found: Iterable[tuple[str, float]]) -> Found:
    """By tuples of one."""
    return {(value,): number for value, number in found}
