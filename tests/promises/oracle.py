"""What pollers must be answered after any events: the contract, sections 4, 6 and 8, slow and obvious."""

from collections.abc import Iterable

from testbed.events import Fields

Key = tuple[str, str]
"""channelId, orderId."""

SHOWN = ("shipmentId", "status", "detailedStatus", "detail", "eventTime")
ENTRY = ("eventId", "status", "detailedStatus", "detail", "eventTime", "updatedTime")
FAILED = {"DELIVERY_FAILED", "REJECTED", "RETURNED", "LOST"}
LEFT = FAILED | {"IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"}


class Oracle:
    """Applies lines one by one. `stamp` sets an order's time, `document` returns it as v3 must show it."""

    def __init__(self) -> None:
        self.orders: dict[Key, dict[str, Fields]] = {}
        self.owners: dict[str, Key] = {}
        self.deletions: dict[str, Fields] = {}
        self.times: dict[Key, str] = {}

    def apply(self, line: Fields) -> str:
        """Keep the newest revision of each event; returns the outcome of the line."""
        event_id, owner = line["eventId"], self.owners.get(line["eventId"])
        known = self.orders[owner][event_id] if owner else self.deletions.get(event_id)
        if line["deleted"]:
            return self._withdraw(line, known)
        key = line["channelId"], line["orderId"]
        others = self.orders.get(key, {})
        if owner not in (None, key) or any(
            other["partnerId"] != line["partnerId"] for other in others.values()
        ):
            return "rejected"
        if known and known["revision"] >= line["revision"]:
            return "unchanged"
        looks_the_same = known and not known["deleted"] and all(known[name] == line[name] for name in SHOWN)
        time = known["updatedTime"] if known and looks_the_same else None
        self.orders.setdefault(key, {})[event_id] = line | {"updatedTime": time}
        self.owners[event_id] = key
        return "revised" if known else "published"

    def publish(self, lines: Iterable[Fields]) -> tuple[list[str], set[Key]]:
        """Apply one batch; returns the outcome of each line, and the orders whose documents have changed."""
        before = {key: self.document(key) for key in self.orders}
        outcomes = [self.apply(line) for line in lines]
        return outcomes, {key for key in self.orders if self.document(key) != before.get(key)}

    def stamp(self, key: Key, time: str) -> None:
        """The order was published at this time, and so was what is new in it."""
        self.times[key] = time
        for event in self.orders[key].values():
            event["updatedTime"] = event["updatedTime"] or time

    def document(self, key: Key) -> Fields:
        """The order in v3."""
        events = sorted(self.orders[key].values(), key=lambda event: (event["eventTime"], event["eventId"]))
        live = [event for event in events if not event["deleted"]]
        history = [_entry(event) for event in live if event["shipmentId"] is None]
        names = dict.fromkeys(event["shipmentId"] for event in live + events if event["shipmentId"])
        return {
            "orderId": key[1],
            "channelId": key[0],
            "partnerId": events[0]["partnerId"],
            "orderCreatedTime": (live or events)[-1]["orderCreatedTime"],
            "updatedTime": self.times.get(key),
            "orderStatus": history[-1]["status"] if history else None,
            "statusHistory": history,
            "shipments": [_shipment(name, [e for e in live if e["shipmentId"] == name]) for name in names],
        }

    def _withdraw(self, line: Fields, known: Fields | None) -> str:
        if known and known["revision"] >= line["revision"]:
            return "unchanged"
        known = known or self.deletions.setdefault(line["eventId"], {})
        known.update(revision=line["revision"], deleted=True)
        return "deleted"


def legacy(document: Fields) -> Fields:
    """The order in v2."""
    line = _one_line(document)
    changes: list[Fields] = []
    for number, (_, entry) in enumerate(line, start=1):
        status = _legacy_status(line[:number])
        if not changes or changes[-1]["orderStatus"] != status:
            change = {"orderStatus": status, "orderStatusDetail": entry["detail"]}
            changes.append(change | {name: entry[name] for name in ("eventId", "updatedTime")})
    partner = document["partnerId"]
    return {
        "orderId": document["orderId"],
        "partnerId": int(partner) if partner.isdecimal() and str(int(partner)) == partner else partner,
        "orderStatus": changes,
        "orderDetailedStatus": [
            {
                "eventId": entry["eventId"],
                "orderDetailedStatus": entry["detailedStatus"] or entry["status"],
                "updatedTime": entry["updatedTime"],
                "orderUpdatedTime": entry["eventTime"],
            }
            for _, entry in line
        ],
        "shipPackage": [{"trackingId": s["trackingId"]} for s in document["shipments"] if s["trackingId"]],
    }


def legacy_status(document: Fields) -> str | None:
    """The order's v2 status; None when nothing is known of it."""
    line = _one_line(document)
    return _legacy_status(line) if line else None


def _one_line(document: Fields) -> list[tuple[str | None, Fields]]:
    line = [(None, entry) for entry in document["statusHistory"]]
    line += [
        (parcel["shipmentId"], entry) for parcel in document["shipments"] for entry in parcel["statusHistory"]
    ]
    return sorted(line, key=lambda item: (item[1]["eventTime"], item[1]["eventId"]))


def _legacy_status(line: list[tuple[str | None, Fields]]) -> str:
    words = [entry["status"] for owner, entry in line if owner is None]
    moves = [(owner, entry["status"]) for owner, entry in line if owner is not None]
    if words and words[-1] in ("CANCELED", "ERROR", "COMPLETED"):
        return str(words[-1])
    if moves and all(status == "DELIVERED" for status in dict(moves).values()):
        return "COMPLETED"
    if moves and moves[-1][1] in FAILED:
        return "ERROR"
    return "IN_PROGRESS" if any(status in LEFT for _, status in moves) else "NEW"


def _entry(event: Fields) -> Fields:
    return {name: event[name] for name in ENTRY}


def _shipment(name: str, events: list[Fields]) -> Fields:
    return {
        "shipmentId": name,
        "trackingId": ([None] + [e["trackingId"] for e in events if e["trackingId"]])[-1],
        "carrier": ([None] + [e["carrier"] for e in events if e["carrier"]])[-1],
        "shipmentStatus": events[-1]["status"] if events else None,
        "statusHistory": [_entry(event) for event in events],
    }
