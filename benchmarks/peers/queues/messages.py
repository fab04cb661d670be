"""What both queues ask the database, and what they send."""

import json
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

from delivery import secrets, signing
from wire.times import format_time

PAGE = 100
CONCURRENCY = 8
"""Of one subscription."""
SUBSCRIPTION = (
    "SELECT id, public_id, generation, settings, secrets, identifier, position FROM delivery_subscription"
)
OF_ONE = f"{SUBSCRIPTION} WHERE id = %s"
ORDERS = "SELECT channel_id, order_id, updated_time, document FROM orders_salesorder"
NEXT = f"{ORDERS} WHERE channel_id = %s AND updated_time > %s ORDER BY updated_time LIMIT {PAGE}"
ORDER = f"{ORDERS} WHERE channel_id = %s AND order_id = %s"
KEEP = """
    INSERT INTO delivery_attempt (subscription_id, time, channel_id, order_id, updated_time,
        outcome, status, milliseconds, detail, answer)
    VALUES (%s, now(), %s, %s, %s, 'DELIVERED', %s, %s, '', '')"""
MOVE = "UPDATE delivery_subscription SET position = %s WHERE id = %s"


class Subscription(NamedTuple):
    """A row of SUBSCRIPTION."""

    id: int
    public_id: str
    generation: int
    settings: dict[str, Any] | str
    secrets: str
    identifier: str
    position: datetime

    @property
    def url(self) -> str:
        read = self.settings if isinstance(self.settings, dict) else json.loads(self.settings)
        return str(read["url"])


class Order(NamedTuple):
    """A row of ORDERS."""

    channel_id: str
    order_id: str
    updated_time: datetime
    document: str


def message(subscription: Subscription, order: Order) -> tuple[dict[str, str], bytes]:
    """Headers and body, signed twice as the contract says."""
    body, now = order.document.encode(), int(time.time())
    updated_time = format_time(order.updated_time.astimezone(UTC))
    name = signing.message_id(
        subscription.public_id, subscription.generation, order.channel_id, order.order_id, updated_time
    )
    secret = _secret(subscription.secrets)
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(now),
        "webhook-signature": signing.standard_signature(secret, name, now, body),
        "X-Acomm-Signature": signing.body_signature(secret, body),
        "X-Acomm-Event": "SALES_ORDER_STATUS_V3",
        "X-Acomm-Channel": quote(order.channel_id, safe=""),
        "X-Acomm-Updated-Time": updated_time,
    }, body


def attempt(subscription: Subscription, order: Order, status: int, began: float) -> tuple[Any, ...]:
    """The values of KEEP."""
    milliseconds = int((time.monotonic() - began) * 1000)
    return (subscription.id, order.channel_id, order.order_id, order.updated_time, status, milliseconds)


@cache
def _secret(sealed: str) -> str:
    return str(secrets.unseal(sealed)["secrets"][0]["text"])
