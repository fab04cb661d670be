"""What can be wrong with orders, done behind the back of the server, and what an audit says of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson

from orders import fragments
from orders.models import FeedClock, FeedHead, SalesOrder, StatusEvent
from tests.published import shown
from wire.times import EARLIEST, format_time

CHANNEL = "lazada-th"
ORDER = f"Order FRIS00201 of channel {CHANNEL}"


def change(model: type[Any], **fields: Any) -> None:
    """Behind the back of the server: the order FRIS00201 of the channel, or its event c."""
    key = {"event_id": "c"} if model is StatusEvent else {"channel_id": CHANNEL, "order_id": "FRIS00201"}
    assert model.objects.filter(**key).update(**fields) == 1


def document(**fields: Any) -> str:
    return orjson.dumps(shown() | fields).decode()


def order() -> SalesOrder:
    return SalesOrder.objects.get(channel_id=CHANNEL, order_id="FRIS00201")


def fragment(text: bytes, time: datetime = EARLIEST) -> bytes:
    return fragments.make(text, format_time(time))


def twice() -> str:
    return document(statusHistory=shown()["statusHistory"] * 2)


def withdrawn() -> str:
    (entry,) = shown()["statusHistory"]
    return document(statusHistory=[entry, entry | {"eventId": "c", "status": "CANCELED"}])


RENDERS = f"{ORDER} has a document that its events do not render to."
FRAGMENT = f"{ORDER} has no fragment that is its document compressed."
FILED = f"{ORDER} is filed under another status than its events amount to."
HEAD = f"The head of channel {CHANNEL} is older than {{newest}}."
DAMAGES: dict[str, tuple[Callable[[], None], list[str]]] = {
    "another text": (lambda: change(SalesOrder, document=document(orderStatus="ERROR")), [RENDERS, FRAGMENT]),
    "no JSON": (
        lambda: change(SalesOrder, document="{"),
        [RENDERS, FRAGMENT, f"{ORDER} has a document that is not an order."],
    ),
    "an event twice": (
        lambda: change(SalesOrder, document=twice()),
        [RENDERS, FRAGMENT, f"{ORDER} shows an event twice."],
    ),
    "a deleted event": (
        lambda: change(SalesOrder, document=withdrawn()),
        [RENDERS, FRAGMENT, f"{ORDER} shows a deleted event."],
    ),
    "an event that is not shown": (lambda: change(StatusEvent, deleted=False), [RENDERS, FILED]),
    "another status": (lambda: change(SalesOrder, order_status="ERROR"), [FILED]),
    "no fragment": (lambda: change(SalesOrder, fragment=None), [FRAGMENT]),
    "a fragment of an earlier time": (lambda: change(SalesOrder, fragment_time=EARLIEST), [FRAGMENT]),
    "a fragment of another document": (
        lambda: change(SalesOrder, fragment=fragment(b"{}", order().updated_time)),
        [FRAGMENT],
    ),
    "a fragment that tells another time": (
        lambda: change(SalesOrder, fragment=fragment(document().encode())),
        [FRAGMENT],
    ),
    "a fragment that nobody can read": (lambda: change(SalesOrder, fragment=b"\0" * 100), [FRAGMENT]),
    "a head that is behind": (
        lambda: change_head(EARLIEST),
        [HEAD],
    ),
    "a clock that is behind": (
        lambda: change_clock(-timedelta(hours=1)),
        [
            f"{ORDER} is newer than the feed clock.",
            f"Order O-1 of channel {CHANNEL} is newer than the feed clock.",
            "Order FRIS00201 of channel shopee-th is newer than the feed clock.",
        ],
    ),
}


def change_head(time: datetime) -> None:
    assert FeedHead.objects.filter(kind="channel", identifier=CHANNEL).update(updated_time=time) == 1


def change_clock(by: timedelta) -> None:
    FeedClock.objects.update(last_time=FeedClock.newest() + by)
