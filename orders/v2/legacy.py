"""A v3 order as v2 sees it: one shipment, one line of events (contract, section 6). Pure functions."""

from collections.abc import Iterator
from typing import Any

from orders.statuses import FAILED, SHIPPED, OrderStatus, ShipmentStatus

Document = dict[str, Any]


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
    states = [state for state, _ in _states(_one_line(document))]
    return _status(*states[-1]) if states else None


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


State = tuple[str | None, dict[str, str], str | None, bool]
"""The newest status of the order itself, of each shipment, and of any shipment; whether one has left."""


def _statuses(line: Line) -> Iterator[tuple[str, Document]]:
    """The v2 status after each event, and that event."""
    return ((_status(*state), entry) for state, entry in _states(line))


def _states(line: Line) -> Iterator[tuple[State, Document]]:
    """What the v2 status is worked out from after each event, and that event."""
    of_order = last_of_shipments = None
    shipments: dict[str, str] = {}
    left = False
    for shipment_id, entry in line:
        if shipment_id is None:
            of_order = entry["status"]
        else:
            shipments[shipment_id] = last_of_shipments = entry["status"]
            left = left or entry["status"] in SHIPPED
        yield (of_order, shipments, last_of_shipments, left), entry


def _status(of_order: str | None, shipments: dict[str, str], last: str | None, left: bool) -> str:
    if of_order in (OrderStatus.CANCELED, OrderStatus.ERROR, OrderStatus.COMPLETED):
        return str(of_order)
    if shipments and all(status == ShipmentStatus.DELIVERED for status in shipments.values()):
        return "COMPLETED"
    if last in FAILED:
        return "ERROR"
    return "IN_PROGRESS" if left else "NEW"


def _partner_id(text: str) -> int | str:
    """Clients have seen integers, so what looks like one becomes one; `007` and `١٢` do not."""
    canonical = text.isascii() and text.isdigit() and (text == "0" or not text.startswith("0"))
    return int(text) if canonical and len(text) <= 15 else text
