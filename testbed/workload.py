"""A file of events as a platform sends it: in no good order, some of it twice."""

import random
from pathlib import Path

import orjson

from testbed.events import Fields

CHANNELS = ["channel-0", "channel-1"]
PARTNERS = ["0", "1", "2"]
FARTHEST = 200
"""How many lines a line may come too late."""
MOVES = ["READY_TO_PICK", "PACKED", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED", "RETURNED"]
WORDS = ["NEW", "IN_PROGRESS", "COMPLETED", "CANCELED", "ERROR"]


def lines(seed: int, count: int, orders: int = 150) -> list[Fields]:
    """New events, revisions, deletions, restorations and repetitions; `detailedStatus` tells the revision.

    No two seeds have an event in common, but they have all orders in common. Of two orders with one id, and
    one partner, each is in another channel.
    """
    chance = random.Random(seed)
    told: list[Fields] = []
    newest: dict[str, Fields] = {}
    for number in range(count):
        fate = chance.random()
        if fate < 0.5 or not told:
            line = _new(chance, f"{seed}-{number:06}", chance.randrange(orders))
        elif fate < 0.75:
            line = _revised(chance, newest[chance.choice(told)["eventId"]])
        elif fate < 0.85:
            last = newest[chance.choice(told)["eventId"]]
            line = last | {"revision": last["revision"] + 1, "deleted": True}
        else:
            line = chance.choice(told)
        told.append(line)
        newest[line["eventId"]] = max(
            newest.get(line["eventId"], line), line, key=lambda each: each["revision"]
        )
    places = {id(line): index + chance.uniform(0, FARTHEST) for index, line in enumerate(told)}
    return sorted(told, key=lambda line: places[id(line)])


def write(path: Path, told: list[Fields]) -> Path:
    """The lines as a file."""
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in told))
    return path


def _new(chance: random.Random, event_id: str, order: int) -> Fields:
    shipment_id = chance.choice([None, None, "S-1", "S-2"])
    return {
        "eventId": event_id,
        "revision": 1,
        "deleted": False,
        "channelId": CHANNELS[order % 2],
        "partnerId": PARTNERS[order // 2 % 3],
        "orderId": f"O-{order // 2}",
        "orderCreatedTime": "2026-11-20T03:00:00.000000Z",
        "shipmentId": shipment_id,
        "trackingId": f"TRK-{event_id}" if shipment_id else None,
        "carrier": "KERRY" if shipment_id else None,
        "status": chance.choice(MOVES if shipment_id else WORDS),
        "detailedStatus": "R-1",
        "detail": None,
        "eventTime": f"2026-11-20T{chance.randrange(24):02}:{chance.randrange(60):02}:00.000000Z",
    }


def _revised(chance: random.Random, last: Fields) -> Fields:
    revision = last["revision"] + 1
    status = chance.choice(MOVES if last["shipmentId"] else WORDS)
    told = {"status": status, "detailedStatus": f"R-{revision}"}
    return last | told | {"revision": revision, "deleted": False}
