"""A batch of events against the database: lock, apply, take the clock, write. One transaction.

Locks are taken in one fixed order by every publisher: orders by primary key, deletions without an
order by event id, then the clock. Every insert happens under the clock's lock, so no insert ever waits
for another; an order or event that someone else inserted since we looked violates its key, and the batch
begins again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self, cast

from django.db.models import Q

from orders.models import SalesOrder, SalesOrderQuerySet, Shipment, StatusEvent
from orders.publishing.drafts import Draft, Outcome
from orders.publishing.events import Event, EventRefused, PublishedEvent, Withdrawal
from orders.publishing.tables import publish_orders, write_events

Key = tuple[str, str]
"""channelId, orderId: what names an order on the wire."""


class Raced(Exception):
    """Something moved between looking and locking; the batch must begin again."""


@dataclass
class Batch:
    """The orders that a batch of events concerns, locked, and what is known of them.

    `homes` tells the draft an event belongs to; `orphans` are deletions that came before their event.
    """

    drafts: dict[Key, Draft] = field(default_factory=dict)
    homes: dict[str, Draft] = field(default_factory=dict)
    orphans: dict[str, StatusEvent] = field(default_factory=dict)
    touched_orphans: dict[str, StatusEvent] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self:
        """Lock and load. Four or five queries, whatever the size. Raises Raced."""
        event_ids = {event.event_id for event in events}
        located = dict(StatusEvent.objects.filter(event_id__in=event_ids).values_list("event_id", "order_id"))
        batch = cls()
        batch._lock_orders({pk for pk in located.values() if pk is not None}, events)
        batch._lock_orphans({event_id for event_id, order in located.items() if order is None})
        return batch

    @classmethod
    def of_orders(cls, pks: Iterable[int]) -> Self:
        """Lock and load these orders, with nothing to apply. Three queries."""
        batch = cls()
        batch._lock_orders(set(pks), [])
        return batch

    @classmethod
    def seen(cls, pks: Iterable[int]) -> Self:
        """Load these orders to look at them only: nothing is locked. Three queries."""
        batch = cls()
        batch._load(SalesOrder.objects.filter(pk__in=pks))
        return batch

    def apply(self, event: Event) -> Outcome:
        """Take in one event. Raises EventRefused."""
        if isinstance(event, Withdrawal):
            return self._withdraw(event)
        key = (event.channel_id, event.order_id)
        draft = self.drafts.get(key) or Draft(_new_order(event))
        if self.homes.get(event.event_id, draft) is not draft:
            raise EventRefused("orderId: this event belongs to another order, and an event never moves")
        outcome = draft.apply(event, draft.events.get(event.event_id) or self.orphans.get(event.event_id))
        if outcome != "unchanged":
            self.drafts[key] = draft
            self.homes[event.event_id] = draft
            self.orphans.pop(event.event_id, None)
            self.touched_orphans.pop(event.event_id, None)
        return outcome

    def write(self) -> None:
        """Take the clock and write what changed; with nothing to write the clock is left alone."""
        touched = [draft for draft in self.drafts.values() if draft.touched]
        if not touched and not self.touched_orphans:
            return
        changed = [(draft, document) for draft in touched if (document := draft.settle())]
        publish_orders(changed)
        write_events(event for draft in touched for event in draft.settled_events())
        write_events(self.touched_orphans.values())

    def _lock_orders(self, pks: set[int], events: Iterable[Event]) -> None:
        wanted = SalesOrder.objects.filter(_keys_of(events) | Q(pk__in=pks))
        if events:
            wanted = wanted.defer("fragment")  # it is written again whatever it was
        self._load(wanted.select_for_update())

    def _load(self, orders: SalesOrderQuerySet) -> None:
        drafts = {order.pk: Draft(order) for order in orders.order_by("pk")}
        shipments = {row.pk: row for row in Shipment.objects.filter(order__in=drafts)}
        for shipment in shipments.values():
            drafts[shipment.order_id].shipments[shipment.shipment_id] = shipment
        for event in StatusEvent.objects.filter(order__in=drafts):
            draft = drafts[cast(int, event.order_id)]
            event.place = shipments[event.shipment_id].shipment_id if event.shipment_id else None
            draft.events[event.event_id] = event
            self.homes[event.event_id] = draft
        self.drafts = {(draft.order.channel_id, draft.order.order_id): draft for draft in drafts.values()}

    def _lock_orphans(self, event_ids: set[str]) -> None:
        if not event_ids:
            return
        rows = StatusEvent.objects.select_for_update().filter(event_id__in=event_ids, order=None)
        self.orphans = {event.event_id: event for event in rows.order_by("event_id")}
        if len(self.orphans) < len(event_ids):
            raise Raced

    def _withdraw(self, event: Withdrawal) -> Outcome:
        if home := self.homes.get(event.event_id):
            return home.withdraw(event)
        orphan = self.orphans.setdefault(
            event.event_id, StatusEvent(event_id=event.event_id, revision=0, deleted=True, status="")
        )
        if event.revision <= orphan.revision:
            return "unchanged"
        orphan.revision = event.revision
        self.touched_orphans[event.event_id] = orphan
        return "deleted"


def _new_order(event: PublishedEvent) -> SalesOrder:
    return SalesOrder(channel_id=event.channel_id, order_id=event.order_id, partner_id=event.partner_id)


def _keys_of(events: Iterable[Event]) -> Q:
    """The orders named by `events`: one condition a channel, which is one index range each."""
    named: dict[str, set[str]] = {}
    for event in events:
        if isinstance(event, PublishedEvent):
            named.setdefault(event.channel_id, set()).add(event.order_id)
    return Q(*(Q(channel_id=channel, order_id__in=ids) for channel, ids in named.items()), _connector=Q.OR)
