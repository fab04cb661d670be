"""The rows that are made of an order: one for each event, or one for the order. Pure functions."""

from collections.abc import Callable, Iterable
from itertools import chain

import msgspec

from delivery.files.cells import END, Cell


class Entry(msgspec.Struct, rename="camel", gc=False):
    """An entry of a history, by the names of a stored document."""

    event_id: str
    status: str
    detailed_status: str | None
    detail: str | None
    event_time: str
    updated_time: str


class Parcel(msgspec.Struct, rename="camel"):
    """A shipment."""

    shipment_id: str
    tracking_id: str | None
    carrier: str | None
    shipment_status: str | None
    status_history: list[Entry]


class Order(msgspec.Struct, rename="camel"):
    """An order."""

    channel_id: str
    partner_id: str
    order_id: str
    order_created_time: str
    order_status: str | None
    updated_time: str
    status_history: list[Entry]
    shipments: list[Parcel]


decode = msgspec.json.Decoder(Order).decode

_ORDER = ("channelId", "partnerId", "orderId", "orderCreatedTime", "orderStatus", "updatedTime")
_SHIPMENT = ("shipmentId", "trackingId", "carrier", "shipmentStatus")
_EVENT = ("eventId", "status", "detailedStatus", "detail", "eventTime", "publishedTime")
_LAST = ("shipments", "trackingIds", "lastEventTime", "lastStatus", "lastDetailedStatus", "lastDetail")
BETWEEN_TRACKING_IDS = "|"


def events(order: Order, cell: Cell) -> list[str]:
    """A row for each entry of each history, the order's own first; one with blanks where there is none."""
    own = _order(order, cell)
    lines = _lines(f"{own},,,,", order.status_history, cell)
    for parcel in order.shipments:
        shipment = ",".join(
            map(cell, (parcel.shipment_id, parcel.tracking_id, parcel.carrier, parcel.shipment_status))
        )
        lines += _lines(f"{own},{shipment}", parcel.status_history, cell)
    return lines


def orders(order: Order, cell: Cell) -> list[str]:
    """One row, with the last event of all histories."""
    histories = [order.status_history, *(parcel.status_history for parcel in order.shipments)]
    entries = chain.from_iterable(histories)
    last = max(entries, key=lambda entry: (entry.event_time, entry.event_id), default=None)
    tracking = dict.fromkeys(parcel.tracking_id for parcel in order.shipments if parcel.tracking_id)
    texts = [BETWEEN_TRACKING_IDS.join(tracking) or None]
    texts += [last.event_time, last.status, last.detailed_status, last.detail] if last else [None] * 4
    return [f"{_order(order, cell)},{len(order.shipments)},{','.join(map(cell, texts))}{END}"]


def _order(order: Order, cell: Cell) -> str:
    return (
        f"{cell(order.channel_id)},{cell(order.partner_id)},{cell(order.order_id)},"
        f"{order.order_created_time},{cell(order.order_status)},{order.updated_time}"
    )


def _lines(before: str, history: Iterable[Entry], cell: Cell) -> list[str]:
    return [
        f"{before},{cell(entry.event_id)},{cell(entry.status)},{cell(entry.detailed_status)},"
        f"{cell(entry.detail)},{entry.event_time},{entry.updated_time}{END}"
        for entry in history
    ] or [f"{before},,,,,,{END}"]


Layout = Callable[[Order, Cell], list[str]]
LAYOUTS: dict[str, Layout] = {"events": events, "orders": orders}
COLUMNS = {"events": _ORDER + _SHIPMENT + _EVENT, "orders": _ORDER + _LAST}


def header(layout: str) -> str:
    """The first line of every file."""
    return ",".join(COLUMNS[layout]) + END
