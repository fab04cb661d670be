"""Rows and texts that are removed for good: orders, and what withdrawn events said."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from orders.models import SalesOrder, Shipment, StatusEvent
from stores.waits import allow_long_waits

BATCH_SIZE = 500
PAUSE_SECONDS = 0.02
NO_TEXTS: dict[str, Any] = {
    "status": "",
    "detailed_status": None,
    "detail": None,
    "tracking_id": None,
    "carrier": None,
}
NOTHING = NO_TEXTS | {
    "deleted": True,
    "order": None,
    "shipment": None,
    "order_created_time": None,
    "event_time": None,
    "updated_time": None,
}
"""What stays of an event beside its id and its revision: a deletion that came before its event."""


@dataclass(frozen=True)
class Erased:
    """An order that was erased: its partner, its last change, and how many events it had."""

    partner_id: str
    updated_time: datetime
    events: int


def remove(pks: Collection[int]) -> None:
    """Remove locked orders with their shipments and events. Three queries."""
    _delete(StatusEvent.objects.filter(order__in=pks))
    _delete(Shipment.objects.filter(order__in=pks))
    _delete(SalesOrder.objects.filter(pk__in=pks))


def erase_order(*, channel_id: str, order_id: str) -> Erased | None:
    """Remove one order, in one transaction; None where there is none.

    Its events stay as deletions without an order, which have neither text nor time: a publisher that hands
    them over again changes nothing. A higher revision, or another event, makes a new order.
    """
    with transaction.atomic(durable=True):
        allow_long_waits()
        named = SalesOrder.objects.filter(channel_id=channel_id, order_id=order_id)
        row = named.select_for_update().only("partner_id", "updated_time").first()
        if row is None:
            return None
        events = StatusEvent.objects.filter(order=row).update(**NOTHING)
        remove([row.pk])
    return Erased(row.partner_id, row.updated_time, events)


def remove_withdrawn_texts() -> int:
    """Remove the texts of events that were withdrawn while publishers still kept them; how many there were.

    Those of orders that are not erased, too. What a publisher has locked is tried again.
    """
    removed = 0
    withdrawn = StatusEvent.objects.filter(deleted=True).exclude(status="").order_by("event_id")
    while pks := list(withdrawn.values_list("pk", flat=True)[:BATCH_SIZE]):
        with transaction.atomic(durable=True):
            locked = withdrawn.filter(pk__in=pks).select_for_update(skip_locked=True)
            free = list(locked.values_list("pk", flat=True))
            removed += StatusEvent.objects.filter(pk__in=free).update(**NO_TEXTS)
        if not free:
            time.sleep(PAUSE_SECONDS)
    return removed


def _delete(rows: "QuerySet[Any]") -> None:
    """One statement. `delete()` would look for rows that refer to these, and has no index to do so."""
    rows._raw_delete(connection.alias)
