"""A subscription as it is shown (contract, section 9). Secrets are never in it."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from delivery.mail.agreeing import STOPPED
from delivery.models import Subscription
from orders.behind import behind as behind_in_feed
from wire.times import EARLIEST, format_time

READ_ONLY = {
    "subscriptionId": "nothing: it never changes",
    "channelId": "a new subscription",
    "partnerId": "a new subscription",
    "mechanism": "a new subscription",
    "state": "active",
    "stateReason": "active",
    "nextAttemptTime": "active: true",
    "pace": "webhook.concurrency",
    "position": "POST .../replay",
    "behind": "POST .../replay",
    "heldOrders": "POST .../resend",
    "createdTime": "nothing: it never changes",
    "start": "POST .../replay",
}
"""What a patch may not change, and what to use instead."""


_IS_DISABLED = ~Q(disabled_reason="") & ~Q(disabled_reason=STOPPED)
_IS_ON = Q(active=True, disabled_reason="")
STATES = {
    "UNCONFIRMED": _IS_ON & Q(confirmed=False),
    "ACTIVE": _IS_ON & Q(confirmed=True, failures=0),
    "FAILING": _IS_ON & Q(confirmed=True, failures__gt=0),
    "PAUSED": Q(disabled_reason=STOPPED) | Q(active=False, disabled_reason=""),
    "DISABLED": _IS_DISABLED,
}
"""The subscriptions that are in each state, as `state_of` says it."""


def shown(row: Subscription, *, held: int, behind: bool = True) -> dict[str, Any]:
    """One subscription. With `behind` two queries more; without, the member is left out."""
    kind = f"{row.kind}Id"
    body: dict[str, Any] = {
        "subscriptionId": row.public_id,
        kind: row.identifier,
        **writable(row),
        "state": state_of(row),
        "stateReason": row.disabled_reason or None,
        "nextAttemptTime": _text(row.next_attempt_time),
        "pace": {"concurrency": row.concurrency},
        "position": None if row.position <= EARLIEST else format_time(row.position.astimezone(UTC)),
        "heldOrders": held,
        "createdTime": format_time(row.created_time.astimezone(UTC)),
    }
    if behind:
        body["behind"] = behind_of(row)
    return body


def writable(row: Subscription) -> dict[str, Any]:
    """What a patch is merged into."""
    return {
        "name": row.name,
        "mechanism": row.mechanism,
        "active": row.active,
        "orderStatus": row.order_status,
        "contactEmail": row.contact_email or None,
        row.mechanism: dict(row.settings),
    }


def state_of(row: Subscription) -> str:
    """UNCONFIRMED, ACTIVE, FAILING, PAUSED or DISABLED."""
    if row.disabled_reason == STOPPED:
        return "PAUSED"
    if row.disabled_reason:
        return "DISABLED"
    if not row.active:
        return "PAUSED"
    if not row.confirmed:
        return "UNCONFIRMED"
    return "FAILING" if row.failures else "ACTIVE"


def behind_of(row: Subscription) -> dict[str, Any]:
    """How many orders changed after the position, up to 10,000, and for how long the first has waited."""
    orders, seconds = behind_in_feed(row.scope, row.position)
    return {"orders": orders, "seconds": seconds}


def _text(time: datetime | None) -> str | None:
    return format_time(time.astimezone(UTC)) if time else None
