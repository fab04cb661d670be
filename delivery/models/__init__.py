"""Subscriptions, what is kept of their deliveries, and which process delivers them."""

from delivery.models.batches import Batch, BatchPart
from delivery.models.leases import DeliverProcess, ShardLease
from delivery.models.mail import Mail, Recipient, SilencedAddress
from delivery.models.subscriptions import (
    FILE_MECHANISMS,
    FILE_SHARDS,
    ORDER_SHARDS,
    SHARDS,
    IdempotencyKey,
    Subscription,
    SubscriptionClock,
)
from delivery.models.tries import Attempt, HeldOrder

__all__ = [
    "FILE_MECHANISMS",
    "FILE_SHARDS",
    "ORDER_SHARDS",
    "SHARDS",
    "Attempt",
    "Batch",
    "BatchPart",
    "DeliverProcess",
    "HeldOrder",
    "IdempotencyKey",
    "Mail",
    "Recipient",
    "ShardLease",
    "SilencedAddress",
    "Subscription",
    "SubscriptionClock",
]
