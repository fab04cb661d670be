"""Published lines for Hypothesis: a few orders and events, so that they meet again and again."""

from typing import Any

from hypothesis import strategies as st

from orders.statuses import OrderStatus, ShipmentStatus
from testbed.events import Fields

CHANNELS = ["lazada-th", "shopee-th"]
PARTNERS = ["143", "p-9"]
HOMES = [(channel, order_id) for channel in CHANNELS for order_id in ("A", "B", "C")]
EVENTS = [f"e{number:02}" for number in range(18)]


def _home(event_id: str) -> tuple[str, str, str]:
    """channelId, orderId, partnerId of an event, as its sender has them right. Order A has two partners."""
    channel, order_id = HOMES[int(event_id[1:]) % len(HOMES)]
    return channel, order_id, PARTNERS[CHANNELS.index(channel) if order_id == "A" else 0]


def _event(event_id: str, home: tuple[str, str, str], **fields: Any) -> Fields:
    channel, order_id, partner = home
    return {"eventId": event_id, "channelId": channel, "orderId": order_id, "partnerId": partner} | fields


@st.composite
def events(draw: st.DrawFn) -> Fields:
    """A revision of an event, at times with another order or another partner than it should have."""
    event_id = draw(st.sampled_from(EVENTS))
    home = _home(event_id if draw(st.integers(0, 19)) else draw(st.sampled_from(EVENTS)))
    if not draw(st.integers(0, 19)):
        home = (*home[:2], draw(st.sampled_from(PARTNERS)))
    shipment_id = draw(st.sampled_from([None, None, "S-1", "S-2"]))
    return _event(
        event_id,
        home,
        revision=draw(st.integers(1, 4)),
        deleted=False,
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
    """The withdrawal of an event that may have come, may come later, or never."""
    revisions = st.integers(1, 5)
    return st.builds(_deletion, st.sampled_from(EVENTS), revisions)


def _deletion(event_id: str, revision: int) -> Fields:
    return {"eventId": event_id, "revision": revision, "deleted": True}


LINES = st.lists(st.one_of(events(), events(), events(), deletions()), min_size=1, max_size=8)
