"""A v3 order as v2 sees it: one shipment, one line of events (contract, section 6). Pure functions."""

from collections.abc import Iterator
from typing import Any

from orders.statuses import OrderStatus, ShipmentStatus

Document = dict[str, Any]

DECISIVE = frozenset({OrderStatus.CANCELED, OrderStatus.ERROR, OrderStatus.COMPLETED})
"""What the order itself says last then decides, whatever its shipments say."""

FAILED = frozenset(
    {
        ShipmentStatus.DELIVERY_FAILED,
        ShipmentStatus.REJECTED,
        ShipmentStatus.RETURNED,
        ShipmentStatus.LOST,
    }
)
"""A shipment that ended, or is stuck, without being received."""

SHIPPED = FAILED | {
    ShipmentStatus.IN_TRANSIT,
    ShipmentStatus.OUT_FOR_DELIVERY,
    ShipmentStatus.DELIVERED,
}
"""IN_TRANSIT or later: a shipment with such an event has left the warehouse."""


def legacy_order(document: Document) -> Document:
    """The v2 order that a v3 order document amounts to."""
    line = _one_line(document)
    return {
        "orderId": document["orderId"],
        "partnerId": _partner_id(document["partnerId"]),
        "orderStatus": list(_status_changes(line)),
        "orderDetailedStatus": [
            {
                "eventId": entry["eventId"],
                "orderDetailedStatus": entry["detailedStatus"] or entry["status"],
                "updatedTime": entry["updatedTime"],
                "orderUpdatedTime": entry["eventTime"],
            }
            for _, entry in line
        ],
        "shipPackage": [
            {"trackingId": shipment["trackingId"]}
            for shipment in document["shipments"]
            if shipment["trackingId"]
        ],
    }


def legacy_status(document: Document) -> str | None:
    """The order's v2 status now; None when it has no event."""
    statuses = [status for status, _ in _statuses(_one_line(document))]
    return statuses[-1] if statuses else None


Line = list[tuple[str | None, Document]]
"""Entries by eventTime, then eventId, each with the id of its shipment, or None for the order itself."""


def _one_line(document: Document) -> Line:
    line: Line = [(None, entry) for entry in document["statusHistory"]]
    for shipment in document["shipments"]:
        line += [(shipment["shipmentId"], entry) for entry in shipment["statusHistory"]]
    return sorted(line, key=lambda item: (item[1]["eventTime"], item[1]["eventId"]))


def _status_changes(line: Line) -> Iterator[Document]:
    before = None
    for status, entry in _statuses(line):
        if status != before:
            yield {
                "eventId": entry["eventId"],
                "orderStatus": status,
                "orderStatusDetail": entry["detail"],
                "updatedTime": entry["updatedTime"],
            }
        before = status


def _statuses(line: Line) -> Iterator[tuple[str, Document]]:
    """The v2 status after each event, and that event."""
    of_order = of_shipments = None
    shipments: set[str] = set()
    under_way: set[str] = set()
    left = False
    for shipment_id, entry in line:
        status = entry["status"]
        if shipment_id is None:
            of_order = status
        else:
            of_shipments = status
            shipments.add(shipment_id)
            under_way.add(shipment_id)
            if status == "DELIVERED":
                under_way.remove(shipment_id)
            left = left or status in SHIPPED
        if of_order in DECISIVE:
            yield of_order, entry
        elif shipments and not under_way:
            yield "COMPLETED", entry
        elif of_shipments in FAILED:
            yield "ERROR", entry
        else:
            yield "IN_PROGRESS" if left else "NEW", entry


def _partner_id(text: str) -> int | str:
    """Clients have seen integers, so what looks like one becomes one; `007` and `١٢` do not."""
    canonical = text.isascii() and text.isdigit() and (text == "0" or not text.startswith("0"))
    return int(text) if canonical and len(text) <= 15 else text
