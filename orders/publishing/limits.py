"""How large an order may get (contract, section 8), found out without rendering it for each event."""

import orjson

from orders.documents import KnownEvent
from orders.models import SalesOrder
from orders.publishing.events import EventRefused, PublishedEvent

MAX_EVENTS = 5000
MAX_SHIPMENTS = 5000
"""Those that no event is of any more count: each was a row once, and is read with the order ever after."""
MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

TIME = '"2026-11-20T03:11:09.000000Z"'
ORDER_BYTES = len(
    f'{{"orderId":,"channelId":,"partnerId":,"orderCreatedTime":{TIME},"updatedTime":{TIME},'
    '"orderStatus":null,"statusHistory":[],"shipments":[]}'
)
SHIPMENT_BYTES = len(
    '{"shipmentId":,"trackingId":null,"carrier":null,"shipmentStatus":null,"statusHistory":[]},'
)
ENTRY_BYTES = len(
    f'{{"eventId":,"status":,"detailedStatus":,"detail":,"eventTime":{TIME},"updatedTime":{TIME}}},'
)
STATUS_BYTES = len('"OUT_FOR_DELIVERY"') - len("null")
"""What an event may add by being the last of its history, which gives the order or shipment its status."""
OTHER_TEXT_BYTES = 2 * len('""') + 2 * 100 * 4
"""What `trackingId` and `carrier` may take when those of an event no longer count, and older ones show."""


class Size:
    """How many events and shipments an order has, and an upper bound of its document's bytes.

    The bound is exact at first; each event that is counted adds some bytes more than it needs. Orders that
    were stored without limits may be larger: they take revisions and deletions, and nothing new.
    """

    def __init__(self, order: SalesOrder, *, events: int, shipments: int) -> None:
        self._events, self._shipments = events, shipments
        self._bytes = len(order.document.encode()) if order.pk else _new_order_bytes(order)
        self._is_oversized = self._bytes > MAX_DOCUMENT_BYTES

    def add(self, event: PublishedEvent, known: KnownEvent | None, *, is_new_shipment: bool) -> None:
        """Count a revision of an event; `known` is what the order has of it. Raises EventRefused."""
        if known is None and self._events >= MAX_EVENTS:
            raise EventRefused(f"orderId: the order has {MAX_EVENTS} events, and takes no more")
        if is_new_shipment and self._shipments >= MAX_SHIPMENTS:
            raise EventRefused(f"shipmentId: the order has had {MAX_SHIPMENTS} shipments, and takes no more")
        growth = _growth(event, known, is_new_shipment=is_new_shipment)
        is_too_large = growth > 0 and self._bytes + growth > MAX_DOCUMENT_BYTES
        if is_too_large and (known is None or not self._is_oversized):
            raise EventRefused(f"orderId: the order would be larger than {MAX_DOCUMENT_BYTES} bytes")
        self._events += known is None
        self._shipments += is_new_shipment
        self._bytes += growth

    def remove(self, known: KnownEvent) -> None:
        """Count a deletion, which is always possible."""
        self._bytes += _removed(known)


def _growth(event: PublishedEvent, known: KnownEvent | None, *, is_new_shipment: bool) -> int:
    growth = _entry_bytes(event) + STATUS_BYTES
    if event.shipment_id is not None:
        growth += _text_bytes(event.tracking_id, event.carrier)
    if is_new_shipment:
        growth += SHIPMENT_BYTES + STATUS_BYTES + _text_bytes(event.shipment_id)
    return growth + (_removed(known) if known else 0)


def _removed(known: KnownEvent) -> int:
    """What the document grows by without the entry of an event: mostly less than 0."""
    if known.deleted:
        return 0
    return STATUS_BYTES + (OTHER_TEXT_BYTES if known.shipment else 0) - _entry_bytes(known)


def _entry_bytes(event: PublishedEvent | KnownEvent) -> int:
    return ENTRY_BYTES + _text_bytes(event.event_id, event.status, event.detailed_status, event.detail)


def _new_order_bytes(order: SalesOrder) -> int:
    return ORDER_BYTES + STATUS_BYTES + _text_bytes(order.order_id, order.channel_id, order.partner_id)


def _text_bytes(*texts: str | None) -> int:
    """The JSON of these texts, without what is between them."""
    return len(orjson.dumps(texts)) - len(texts) - 1
