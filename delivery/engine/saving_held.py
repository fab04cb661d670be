"""Saving which orders of a subscription are held."""

from datetime import datetime

from delivery.engine.holding import Held
from delivery.engine.track import Key
from delivery.models import HeldOrder

RESENT = ("channel_id", "order_id", "held_time")


def save_held(pk: int, held: dict[Key, Held | None]) -> None:
    """Save those that changed; None where one is held no more. What was resent meanwhile stays as it is."""
    gone = [key for key, order in held.items() if order is None]
    for channel_id, order_id in gone:
        HeldOrder.objects.filter(subscription=pk, channel_id=channel_id, order_id=order_id).delete()
    resent = _resent(pk)
    rows = [
        _held_row(pk, key, order)
        for key, order in held.items()
        if order and (key not in resent or resent[key] <= order.since)
    ]
    HeldOrder.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["subscription", "channel_id", "order_id"],
        update_fields=[
            "updated_time",
            "tries",
            "status",
            "detail",
            "held_time",
            "next_attempt_time",
            "given_up",
            "resent",
        ],
    )


def _resent(pk: int) -> dict[Key, datetime]:
    """Since when orders are held that a caller had sent again."""
    rows = HeldOrder.objects.filter(subscription=pk, resent=True)
    return {(channel_id, order_id): time for channel_id, order_id, time in rows.values_list(*RESENT)}


def _held_row(pk: int, key: Key, order: Held) -> HeldOrder:
    return HeldOrder(
        subscription_id=pk,
        channel_id=key[0],
        order_id=key[1],
        updated_time=order.updated_time,
        tries=order.tries,
        status=order.status,
        detail=order.detail[:200],
        held_time=order.since,
        next_attempt_time=order.next_time,
        given_up=order.next_time is None,
        resent=order.resent,
    )
