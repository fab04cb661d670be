"""Subscriptions, what is kept of their deliveries, and which process delivers them."""

from delivery.models.leases import DeliverProcess, ShardLease
from delivery.models.subscriptions import SHARDS, IdempotencyKey, Subscription, SubscriptionClock
from delivery.models.tries import Attempt, HeldOrder

__all__ = [
    "SHARDS",
    "Attempt",
    "DeliverProcess",
    "HeldOrder",
    "IdempotencyKey",
    "ShardLease",
    "Subscription",
    "SubscriptionClock",
]
