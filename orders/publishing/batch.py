"""A batch of events against the database: lock, load, apply, take the clock, write. One transaction.

Every publisher takes its locks in the same order: orders by primary key, deletions without an order by event
id, then the clock. All inserts happen while the clock is locked, so no insert ever waits for another one. If
somebody else inserted the same order or event since we looked, the insert violates a key and the batch begins
again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from django.db.models import Q

from orders.documents import KnownEvent
from orders.models import SalesOrder, SalesOrderQuerySet, StatusEvent
from orders.publishing.drafts import Draft, Outcome
from orders.publishing.events import Event, EventRefused, PublishedEvent, Withdrawal
from orders.publishing.loading import are_too_heavy, load_drafts, lock_deletions
from orders.publishing.publication import Publication
from orders.publishing.tables import publish_orders, write_events

Key = tuple[str, str]
"""channelId, orderId: what names an order on the wire."""


MAX_UNWEIGHED = 10
"""So few events concern so few orders that they are not too heavy, at 4 MiB and 5,000 events each."""


class Raced(Exception):
    """Something changed between the look and the lock; the batch must begin again."""


class TooHeavy(Exception):
    """The orders that the batch concerns are more than memory should hold; it must be made smaller."""


@dataclass
class Batch:
    """The orders that a batch of events concerns, and all that is known of them.

    `draft_by_event` has the draft of each known event. `early_deletions` came before their event, so they
    have no order yet.
    """

    drafts: dict[Key, Draft] = field(default_factory=dict)
    draft_by_event: dict[str, Draft] = field(default_factory=dict)
    early_deletions: dict[str, KnownEvent] = field(default_factory=dict)
    changed_deletions: dict[str, KnownEvent] = field(default_factory=dict)

    @classmethod
    def lock(cls, events: Sequence[Event]) -> Self:
        """Lock and load what `events` concern. Four to seven queries, whatever the size.

        Raises Raced, and for more than MAX_UNWEIGHED events TooHeavy.
        """
        event_ids = {event.event_id for event in events}
        located = dict(StatusEvent.objects.filter(event_id__in=event_ids).values_list("event_id", "order_id"))
        batch = cls()
        batch._lock_orders({pk for pk in located.values() if pk is not None}, events)
        batch._lock_deletions({event_id for event_id, order in located.items() if order is None})
        return batch

    @classmethod
    def lock_orders(cls, pks: Iterable[int]) -> Self:
        """Lock and load these orders. Three queries."""
        batch = cls()
        batch._lock_orders(set(pks), [])
        return batch

    @classmethod
    def load(cls, pks: Iterable[int]) -> Self:
        """Load these orders without any lock, to read them only. Three queries."""
        batch = cls()
        batch._load(SalesOrder.objects.filter(pk__in=pks))
        return batch

    def apply(self, event: Event) -> Outcome:
        """Apply one event to its order. Raises EventRefused."""
        if isinstance(event, Withdrawal):
            return self._withdraw(event)
        key = (event.channel_id, event.order_id)
        draft = self.drafts.get(key) or Draft(_new_order(event))
        event_id = event.event_id
        if self.draft_by_event.get(event_id, draft) is not draft:
            raise EventRefused("orderId: this event belongs to another order, and an event never moves")
        outcome = draft.apply(event, draft.events.get(event_id) or self.early_deletions.get(event_id))
        if outcome != "unchanged":
            self.drafts[key] = draft
            self.draft_by_event[event_id] = draft
            self.early_deletions.pop(event_id, None)
            self.changed_deletions.pop(event_id, None)
        return outcome

    def write(self) -> None:
        """Take the clock and write what changed. If nothing changed, do not take the clock."""
        changed = [draft for draft in self.drafts.values() if draft.changed]
        if not changed and not self.changed_deletions:
            return
        publish_orders(
            [Publication(draft, document) for draft in changed if (document := draft.document_to_publish())]
        )
        write_events(event for draft in changed for event in draft.changed.values())
        write_events(self.changed_deletions.values())

    def _lock_orders(self, pks: set[int], events: Sequence[Event]) -> None:
        wanted = SalesOrder.objects.filter(_keys_of(events) | Q(pk__in=pks))
        if len(events) > MAX_UNWEIGHED and are_too_heavy(wanted):
            raise TooHeavy
        if events:
            wanted = wanted.defer("fragment")  # it is written again whatever it was
        self._load(wanted.select_for_update())

    def _load(self, orders: SalesOrderQuerySet) -> None:
        for draft in load_drafts(orders):
            self.drafts[draft.order.channel_id, draft.order.order_id] = draft
            self.draft_by_event.update(dict.fromkeys(draft.events, draft))

    def _lock_deletions(self, event_ids: set[str]) -> None:
        if event_ids:
            self.early_deletions = lock_deletions(event_ids)
        if len(self.early_deletions) < len(event_ids):
            raise Raced

    def _withdraw(self, event: Withdrawal) -> Outcome:
        if draft := self.draft_by_event.get(event.event_id):
            return draft.withdraw(event)
        deletion = self.early_deletions.setdefault(event.event_id, KnownEvent(event.event_id))
        if event.revision <= deletion.revision:
            return "unchanged"
        deletion.revision = event.revision
        self.changed_deletions[event.event_id] = deletion
        return "deleted"


def _new_order(event: PublishedEvent) -> SalesOrder:
    return SalesOrder(channel_id=event.channel_id, order_id=event.order_id, partner_id=event.partner_id)


def _keys_of(events: Iterable[Event]) -> Q:
    """The orders named by `events`: one condition for each channel, which is one range of the index."""
    named: dict[str, set[str]] = {}
    for event in events:
        if isinstance(event, PublishedEvent):
            named.setdefault(event.channel_id, set()).add(event.order_id)
    return Q(*(Q(channel_id=channel, order_id__in=ids) for channel, ids in named.items()), _connector=Q.OR)
