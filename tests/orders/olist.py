"""The Olist orders, read straight from their file by code that shares nothing with ours."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from testbed.events import Fields

FILE = Path(__file__).parents[3] / "shared" / "olist" / "events.ndjson.gz"


def expected_orders() -> dict[str, dict[str, Fields]]:
    """The v3 orders by channel and order id, less their `updatedTime`s, which the file cannot know."""
    with gzip.open(FILE) as lines:
        events = [json.loads(line) for line in lines]
    if any(event["revision"] != 1 or event["deleted"] for event in events):
        raise ValueError("this reading knows only first revisions")
    events.sort(key=lambda event: (*_owner(event), _utc(event["eventTime"]), event["eventId"]))
    found: dict[str, dict[str, Fields]] = {}
    for (channel, order_id), own in groupby(events, key=_owner):
        found.setdefault(channel, {})[order_id] = _order(list(own))
    return found


def _owner(event: Fields) -> tuple[str, str]:
    return event["channelId"], event["orderId"]


def _utc(text: str) -> str:
    """A time of the file as the wire writes it."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _history(events: list[Fields]) -> list[Fields]:
    names = ("eventId", "status", "detailedStatus", "detail")
    return [
        {name: event[name] for name in names} | {"eventTime": _utc(event["eventTime"])} for event in events
    ]


def _shipments(events: list[Fields]) -> Iterator[Fields]:
    for shipment in dict.fromkeys(event["shipmentId"] for event in events if event["shipmentId"]):
        own = [event for event in events if event["shipmentId"] == shipment]
        yield {
            "shipmentId": shipment,
            "trackingId": next((event["trackingId"] for event in own[::-1] if event["trackingId"]), None),
            "carrier": next((event["carrier"] for event in own[::-1] if event["carrier"]), None),
            "shipmentStatus": own[-1]["status"],
            "statusHistory": _history(own),
        }


def _order(events: list[Fields]) -> Fields:
    own = [event for event in events if not event["shipmentId"]]
    return {
        "orderId": events[0]["orderId"],
        "channelId": events[0]["channelId"],
        "partnerId": events[0]["partnerId"],
        "orderCreatedTime": _utc(events[0]["orderCreatedTime"]),
        "orderStatus": own[-1]["status"] if own else None,
        "statusHistory": _history(own),
        "shipments": list(_shipments(events)),
    }
