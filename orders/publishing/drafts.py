"""Events applied to the orders they belong to, in memory: what changes, and what is refused."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from orders import documents
from orders.models import REPRESENTATION, SalesOrder, Shipment, StatusEvent
from orders.publishing.events import EventRefused, PublishedEvent, Withdrawal
from orders.publishing.filing import file
from wire.times import parse_time

Outcome = Literal["published", "revised", "deleted", "unchanged", "rejected"]


@dataclass
class Draft:
    """One order while a batch is applied to it: locked, or new and known to nobody else."""

    order: SalesOrder
    shipments: dict[str, Shipment] = field(default_factory=dict)
    events: dict[str, StatusEvent] = field(default_factory=dict)
    touched: dict[str, StatusEvent] = field(default_factory=dict)
    before: documents.Document | None = None

    @property
    def is_new(self) -> bool:
        return self.order.pk is None

    def apply(self, event: PublishedEvent, known: StatusEvent | None) -> Outcome:
        """Take in one revision of an event, `known` in another one or not. Raises EventRefused."""
        if event.partner_id != self.order.partner_id:
            owner = self.order.partner_id
            raise EventRefused(f"partnerId: the order is of partner {owner}, and never changes partner")
        if known and event.revision <= known.revision:
            return "unchanged"
        shown_before = _shown(known) if known else None
        target = known or StatusEvent(event_id=event.event_id)
        self._remember(target)
        self._fill(target, event)
        if _shown(target) != shown_before:
            target.updated_time = None
        return "revised" if known else "published"

    def withdraw(self, event: Withdrawal) -> Outcome:
        """Take out an event of this order that is known, and not newer."""
        known = self.events[event.event_id]
        if event.revision <= known.revision:
            return "unchanged"
        self._remember(known)
        known.revision, known.deleted = event.revision, True
        return "deleted"

    def shown(self) -> documents.Document:
        """The document as its events render to it, with the times they have."""
        return documents.build(self.order, self.events.values())

    def settle(self) -> documents.Document | None:
        """The document to publish, still without its times, or None when nothing visible has changed."""
        if not self.touched:
            return None
        document = self.shown()
        return document if document != self.before else None

    def stamp(self, document: documents.Document, time: datetime) -> None:
        """Write `document` and what follows from it into the order and its rows, as published at `time`."""
        documents.stamp(document, time)
        for event in self.touched.values():
            event.updated_time = event.updated_time or time
        self.order.order_created_time = parse_time(document["orderCreatedTime"])
        file(self.order, document)
        self.order.updated_time = time
        self.order.representation = REPRESENTATION
        self.order.document = documents.to_text(document)

    def settled_events(self) -> Iterable[StatusEvent]:
        """The events that were touched, for an order and shipments that have been written."""
        for event in self.touched.values():
            event.order_id = self.order.pk
            event.shipment_id = self.shipments[event.place].pk if event.place else None
            yield event

    def changed_shipments(self, document: documents.Document) -> Iterable[Shipment]:
        """The shipments that are new or whose carrier or tracking number changed, brought up to date."""
        for shown in document["shipments"]:
            row = self.shipments[shown["shipmentId"]]
            if row.pk is None or (row.tracking_id, row.carrier) != (shown["trackingId"], shown["carrier"]):
                row.tracking_id, row.carrier = shown["trackingId"], shown["carrier"]
                yield row

    def _remember(self, event: StatusEvent) -> None:
        """Before the first change: how the order looked."""
        if not self.touched and not self.is_new:
            self.before = self._stored()
        self.touched[event.event_id] = self.events[event.event_id] = event

    def _stored(self) -> documents.Document:
        """The document as readers have it; reading it costs a tenth of building it."""
        if self.order.representation != REPRESENTATION:
            return self.shown()
        return documents.from_text(self.order.document)

    def _fill(self, target: StatusEvent, event: PublishedEvent) -> None:
        target.place, target.deleted = event.shipment_id, False
        for name in COPIED:
            setattr(target, name, getattr(event, name))
        if event.shipment_id and event.shipment_id not in self.shipments:
            self.shipments[event.shipment_id] = Shipment(shipment_id=event.shipment_id)


COPIED = (
    "revision",
    "order_created_time",
    "status",
    "detailed_status",
    "detail",
    "tracking_id",
    "carrier",
    "event_time",
)


def _shown(event: StatusEvent) -> tuple[object, ...] | None:
    """What a reader sees of an event; None when it sees nothing of it."""
    if event.deleted:
        return None
    return (event.place, event.status, event.detailed_status, event.detail, event.event_time)
