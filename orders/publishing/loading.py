"""Drafts and events out of the tables, never more of them than a transaction should hold."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import accumulate
from typing import Any

from django.db.models import Count, QuerySet

from orders.documents import KnownEvent
from orders.forms import OctetLength
from orders.models import SalesOrder, SalesOrderQuerySet, Shipment, StatusEvent
from orders.publishing.drafts import Draft

EVENT_COLUMNS = [
    each.name for each in fields(KnownEvent) if each.name not in ("order", "shipment", "is_stored")
]
"""The columns of StatusEvent that are fields of KnownEvent, in its order."""

EVENT_BYTES = 2_000
"""What an event takes in memory, as a row, as an object and in a rendered document."""
MAX_BYTES = 256 * 1024 * 1024


def are_too_heavy(orders: SalesOrderQuerySet) -> bool:
    """Whether these are several orders, and more than a transaction should hold. Two queries."""
    found = _weights(orders)
    return len(found) > 1 and sum(found.values()) > MAX_BYTES


def first_fitting(pks: Sequence[int]) -> list[int]:
    """The first of these orders, as many as a transaction should hold, and one at least. Two queries."""
    found = _weights(SalesOrder.objects.filter(pk__in=pks))
    sums = accumulate(found.get(pk, 0) for pk in pks)
    return [
        pk
        for number, (pk, total) in enumerate(zip(pks, sums, strict=True))
        if total <= MAX_BYTES or not number
    ]


def load_drafts(orders: SalesOrderQuerySet) -> list[Draft]:
    """Each order with its shipments and events, by primary key. Three queries; only `orders` may lock."""
    drafts = {order.pk: Draft(order) for order in orders.order_by("pk")}
    shipments: dict[int | None, Shipment] = {}
    for shipment in Shipment.objects.filter(order__in=drafts):
        shipments[shipment.pk] = drafts[shipment.order_id].shipments[shipment.shipment_id] = shipment
    for event, order_key, shipment_key in _load(StatusEvent.objects.filter(order__in=drafts)):
        draft = drafts[order_key]
        event.order, event.shipment = draft.order, shipments.get(shipment_key)
        draft.events[event.event_id] = event
    return list(drafts.values())


def lock_deletions(event_ids: set[str]) -> dict[str, KnownEvent]:
    """Those of these events that have no order, locked, by event id. One query."""
    rows = StatusEvent.objects.select_for_update().filter(event_id__in=event_ids, order=None)
    return {event.event_id: event for event, _, _ in _load(rows.order_by("event_id"))}


def _weights(orders: SalesOrderQuerySet) -> dict[int, int]:
    """What each order takes in memory, about, by primary key."""
    found: dict[int, int] = dict(orders.values_list("pk", OctetLength("document")))
    counted = StatusEvent.objects.filter(order__in=found).values_list("order").annotate(Count("pk"))
    for pk, events in counted:
        found[pk] += events * EVENT_BYTES
    return found


def _load(rows: QuerySet[StatusEvent]) -> Iterator[tuple[KnownEvent, Any, Any]]:
    """Each event, with the keys of its order and its shipment."""
    for order_key, shipment_key, *values in rows.values_list("order_id", "shipment_id", *EVENT_COLUMNS):
        event = KnownEvent(*values)
        event.is_stored = True
        yield event, order_key, shipment_key
