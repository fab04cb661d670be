"""Events applied to the orders they belong to, in memory: what changes, and what is refused."""

from dataclasses import dataclass, field
from typing import Literal

import orjson

from orders.documents import Document, KnownEvent, build
from orders.models import REPRESENTATION, SalesOrder, Shipment
from orders.publishing.events import EventRefused, PublishedEvent, Withdrawal
from orders.publishing.limits import Size

Outcome = Literal["published", "revised", "deleted", "unchanged", "rejected"]


@dataclass
class Draft:
    """One order while a batch is applied to it: locked, or new and known to nobody else.

    `events` are all known events of the order, `changed` those that the batch changed; `before` is the
    document that readers had before the first change.
    """

    order: SalesOrder
    shipments: dict[str, Shipment] = field(default_factory=dict)
    events: dict[str, KnownEvent] = field(default_factory=dict)
    changed: dict[str, KnownEvent] = field(default_factory=dict)
    before: Document | None = None
    size: Size | None = None

    @property
    def is_new(self) -> bool:
        return self.order.pk is None

    def apply(self, event: PublishedEvent, known: KnownEvent | None) -> Outcome:
        """Apply one revision of an event; `known` is what the database has of it. Raises EventRefused."""
        if event.partner_id != self.order.partner_id:
            owner = self.order.partner_id
            raise EventRefused(f"partnerId: the order is of partner {owner}, and never changes partner")
        if known and event.revision <= known.revision:
            return "unchanged"
        self._size_now().add(
            event,
            self.events.get(event.event_id),
            is_new_shipment=event.shipment_id is not None and event.shipment_id not in self.shipments,
        )
        before = _visible(known) if known else None
        target = known or KnownEvent(event.event_id)
        self._note_change(target)
        self._fill(target, event)
        if _visible(target) != before:
            target.updated_time = None
        return "revised" if known else "published"

    def withdraw(self, event: Withdrawal) -> Outcome:
        """Delete an event of this order and its texts, unless a newer revision is known.

        Its times and its shipment are kept, since an order whose events are all withdrawn is shown by them.
        """
        known = self.events[event.event_id]
        if event.revision <= known.revision:
            return "unchanged"
        self._size_now().remove(known)
        self._note_change(known)
        known.revision, known.deleted = event.revision, True
        known.status, known.detailed_status, known.detail = "", None, None
        known.tracking_id, known.carrier = None, None
        return "deleted"

    def render(self) -> Document:
        """The document that the events render to; events that are not published yet have no time."""
        return build(self.order, self.events.values())

    def document_to_publish(self) -> Document | None:
        """The rendered document, or None when readers would see no difference."""
        if not self.changed:
            return None
        document = self.render()
        return document if document != self.before else None

    def _size_now(self) -> Size:
        self.size = self.size or Size(self.order, events=len(self.events), shipments=len(self.shipments))
        return self.size

    def _note_change(self, event: KnownEvent) -> None:
        """Call before an event is changed: the first call keeps the document that readers have."""
        if not self.changed and not self.is_new:
            self.before = self._stored()
        self.changed[event.event_id] = self.events[event.event_id] = event

    def _stored(self) -> Document:
        """The stored document, or a new rendering if it has another representation. Rendering costs more."""
        if self.order.representation != REPRESENTATION:
            return self.render()
        stored: Document = orjson.loads(self.order.document)
        return stored

    def _fill(self, target: KnownEvent, event: PublishedEvent) -> None:
        target.order, target.shipment = self.order, self._shipment(event.shipment_id)
        target.deleted = False
        target.revision = event.revision
        target.order_created_time = event.order_created_time
        target.status = event.status
        target.detailed_status = event.detailed_status
        target.detail = event.detail
        target.tracking_id = event.tracking_id
        target.carrier = event.carrier
        target.event_time = event.event_time

    def _shipment(self, shipment_id: str | None) -> Shipment | None:
        """The row of a shipment, made when it is named for the first time."""
        if shipment_id is None:
            return None
        known = self.shipments.get(shipment_id)
        if known is None:
            known = self.shipments[shipment_id] = Shipment(shipment_id=shipment_id)
        return known


def _visible(event: KnownEvent) -> tuple[object, ...] | None:
    """What readers see of an event; None when they see nothing of it."""
    if event.deleted:
        return None
    shipment_id = event.shipment.shipment_id if event.shipment else None
    return (shipment_id, event.status, event.detailed_status, event.detail, event.event_time)
