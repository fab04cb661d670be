"""What the database says of deliveries: subscriptions by state, what is held or late, who delivers."""

from collections.abc import Iterable
from datetime import datetime
from itertools import product

from django.db.models import Count, Max, Q
from prometheus_client import Metric

from delivery.engine.clocks import database_now
from delivery.engine.leases import LEASE_SECONDS
from delivery.models import (
    FILE_MECHANISMS,
    FILE_SHARDS,
    ORDER_SHARDS,
    HeldOrder,
    ShardLease,
)
from delivery.registration.representation import STATES
from operators import subscription_counts
from operators.gauges import gauges

Found = dict[tuple[str, ...], float]
MECHANISMS = ("webhook", *FILE_MECHANISMS)


def subscriptions() -> list[Metric]:
    """How many there are in each state. One query, which counts groups."""
    found: Found = dict.fromkeys(product(MECHANISMS, map(str.lower, STATES)), 0)
    for (mechanism, state), count in subscription_counts.by_state().items():
        found[mechanism, state.lower()] = count
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
    rows = subscription_counts.late().values_list("mechanism")
    found = dict.fromkeys(FILE_MECHANISMS, 0) | dict(rows.annotate(Count("pk")))
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
