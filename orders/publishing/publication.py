"""A document that is about to be written, and what follows from it for the order and its shipments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orders import documents, fragments
from orders.models import REPRESENTATION, SalesOrder, Shipment
from orders.publishing.drafts import Draft
from orders.publishing.filing import file
from wire.times import format_time


@dataclass(frozen=True, eq=False)
class Publication:
    """The document of a draft, still without the times of this publishing."""

    draft: Draft
    document: documents.Document

    @property
    def order(self) -> SalesOrder:
        return self.draft.order

    def stamp(self, time: datetime) -> None:
        """Write `time` into the document and the events, and all of them into the fields of the order."""
        documents.stamp(self.document, time)
        for event in self.draft.changed.values():
            event.updated_time = event.updated_time or time
        order, events = self.order, self.draft.events.values()
        # An order that an event was published to has a time
        order.order_created_time = documents.created_time(order, events) or time
        file(order, self.document)
        order.updated_time = time
        order.representation = REPRESENTATION
        order.document = documents.to_text(self.document)
        order.fragment = fragments.make(order.document.encode(), self.document["updatedTime"])
        order.fragment_time = time

    def changed_shipments(self) -> Iterator[Shipment]:
        """The shipments that are new, or whose carrier or tracking number changed, with the new values."""
        for shown in self.document["shipments"]:
            row = self.draft.shipments[shown["shipmentId"]]
            if row.pk is None or (row.tracking_id, row.carrier) != (shown["trackingId"], shown["carrier"]):
                row.tracking_id, row.carrier = shown["trackingId"], shown["carrier"]
                row.order_id = self.order.pk
                yield row


def has_its_fragment(order: SalesOrder) -> bool:
    """Whether the stored fragment is good, and holds the stored document."""
    if not order.fragment or order.fragment_time != order.updated_time:
        return False
    try:
        content = fragments.read(bytes(order.fragment))
    except fragments.NotAFragment:
        return False
    return content == (order.document.encode(), format_time(order.updated_time))
