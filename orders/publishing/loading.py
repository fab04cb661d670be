"""Drafts and events out of the tables."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from django.db.models import QuerySet

from orders.documents import KnownEvent
from orders.models import SalesOrderQuerySet, Shipment, StatusEvent
from orders.publishing.drafts import Draft

EVENT_COLUMNS = [
    each.name for each in fields(KnownEvent) if each.name not in ("order", "shipment", "is_stored")
]
"""The columns of StatusEvent that are fields of KnownEvent, in its order."""


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


def _load(rows: QuerySet[StatusEvent]) -> Iterator[tuple[KnownEvent, Any, Any]]:
    """Each event, with the keys of its order and its shipment."""
    for order_key, shipment_key, *values in rows.values_list("order_id", "shipment_id", *EVENT_COLUMNS):
        event = KnownEvent(*values)
        event.is_stored = True
        yield event, order_key, shipment_key
