"""Events that meet again and again: as a file of a platform, from a seed, and as lines for Hypothesis."""

import random
from pathlib import Path

import orjson
from hypothesis import strategies as st

from orders.statuses import OrderStatus, ShipmentStatus
from testbed.events import Fields, event, withdrawal

CHANNELS = ["lazada-th", "shopee-th"]
PARTNERS = ["143", "p-9", "207"]
ORDERS = [(channel, order_id) for channel in CHANNELS for order_id in ("A", "B", "C")]
EVENT_IDS = [f"e{number:02}" for number in range(18)]

MAX_DELAY = 200
"""How many lines a line of a file may come too late."""


def platform_events(seed: int, count: int, orders: int = 150) -> list[Fields]:
    """New events, revisions, deletions, restorations and repetitions, as a platform sends them: in no order.

    `detailedStatus` is R- and the revision. No two seeds have an event in common, but they have all orders in
    common. Of two orders with one id, and one partner, each is in another channel.
    """
    chance = random.Random(seed)
    sent: list[Fields] = []
    newest: dict[str, Fields] = {}
    for number in range(count):
        fate = chance.random()
        if fate < 0.5 or not sent:
            line = _new(chance, f"{seed}-{number:06}", chance.randrange(orders))
        elif fate < 0.75:
            line = _revised(chance, newest[chance.choice(sent)["eventId"]])
        elif fate < 0.85:
            last = newest[chance.choice(sent)["eventId"]]
            line = last | {"revision": last["revision"] + 1, "deleted": True}
        else:
            line = chance.choice(sent)
        sent.append(line)
        newest[line["eventId"]] = max(
            newest.get(line["eventId"], line), line, key=lambda each: each["revision"]
        )
    places = {id(line): index + chance.uniform(0, MAX_DELAY) for index, line in enumerate(sent)}
    return sorted(sent, key=lambda line: places[id(line)])


def write_file(path: Path, events: list[Fields]) -> Path:
    """Write one event a line; returns `path`."""
    path.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))
    return path


def _new(chance: random.Random, event_id: str, order: int) -> Fields:
    shipment_id = chance.choice([None, None, "S-1", "S-2"])
    return event(
        eventId=event_id,
        channelId=CHANNELS[order % 2],
        partnerId=PARTNERS[order // 2 % 3],
        orderId=f"O-{order // 2}",
        orderCreatedTime="2026-11-20T03:00:00.000000Z",
        shipmentId=shipment_id,
        trackingId=f"TRK-{event_id}" if shipment_id else None,
        carrier="KERRY" if shipment_id else None,
        status=_status(chance, shipment_id),
        detailedStatus="R-1",
        eventTime=f"2026-11-20T{chance.randrange(24):02}:{chance.randrange(60):02}:00.000000Z",
    )


def _revised(chance: random.Random, last: Fields) -> Fields:
    revision = last["revision"] + 1
    status = _status(chance, last["shipmentId"])
    return last | {
        "status": status,
        "detailedStatus": f"R-{revision}",
        "revision": revision,
        "deleted": False,
    }


def _status(chance: random.Random, shipment_id: str | None) -> str:
    if shipment_id:
        moves = ["READY_TO_PICK", "PACKED", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED", "RETURNED"]
        return chance.choice(moves)
    return chance.choice(["NEW", "IN_PROGRESS", "COMPLETED", "CANCELED", "ERROR"])


def _place(event_id: str) -> tuple[str, str, str]:
    """The right channelId, orderId and partnerId of an event of EVENT_IDS. Order A has two partners."""
    channel, order_id = ORDERS[int(event_id[1:]) % len(ORDERS)]
    return channel, order_id, PARTNERS[CHANNELS.index(channel) if order_id == "A" else 0]


@st.composite
def revisions(draw: st.DrawFn) -> Fields:
    """A revision of an event; one in ten or so names an order or a partner that is not its own."""
    event_id = draw(st.sampled_from(EVENT_IDS))
    channel, order_id, partner = _place(
        event_id if draw(st.integers(0, 19)) else draw(st.sampled_from(EVENT_IDS))
    )
    if not draw(st.integers(0, 19)):
        partner = draw(st.sampled_from(PARTNERS))
    shipment_id = draw(st.sampled_from([None, None, "S-1", "S-2"]))
    return event(
        eventId=event_id,
        channelId=channel,
        orderId=order_id,
        partnerId=partner,
        revision=draw(st.integers(1, 4)),
        orderCreatedTime=f"2026-11-20T03:00:0{draw(st.integers(0, 1))}.000000Z",
        shipmentId=shipment_id,
        trackingId=draw(st.sampled_from([None, "TRK1", "TRK2"])),
        carrier=draw(st.sampled_from([None, "KERRY"])),
        status=draw(st.sampled_from(ShipmentStatus.values if shipment_id else OrderStatus.values)),
        detailedStatus=draw(st.sampled_from([None, "DEPARTED_HUB"])),
        detail=draw(st.sampled_from([None, 'ส่งแล้ว "x"\n'])),
        eventTime=f"2026-11-20T03:1{draw(st.integers(0, 5))}:00.000000Z",
    )


def deletions() -> st.SearchStrategy[Fields]:
    """The deletion of an event that was published before, will be later, or never is."""
    return st.builds(withdrawal, st.sampled_from(EVENT_IDS), st.integers(1, 5))


LINES = st.lists(st.one_of(revisions(), revisions(), revisions(), deletions()), min_size=1, max_size=8)
