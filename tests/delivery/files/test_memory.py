"""A batch is written in a stream: what it takes in memory does not grow with it."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from delivery.files.cutting import cut
from orders.models import REPRESENTATION, FeedClock, SalesOrder
from tests.delivery.files.folders import subscribe
from wire.times import format_time

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("deliverable", "caller", "outbox")]

START = datetime(2026, 11, 24, tzinfo=UTC)


def fill(count: int, events: int) -> None:
    """So many orders with so many events each, which nobody published."""
    SalesOrder.objects.bulk_create((order(number, events) for number in range(count)), batch_size=100)
    FeedClock.objects.update(last_time=START + timedelta(microseconds=20 * count))


def order(number: int, events: int) -> SalesOrder:
    time = START + timedelta(microseconds=20 * (number + 1))
    names = {"channel_id": "lazada-th", "partner_id": "143", "order_id": f"FRIS{number}"}
    entry = {"status": "NEW", "detailedStatus": "CREATED", "detail": None, "eventTime": format_time(START)}
    history = [
        entry | {"eventId": f"{number:08x}-{index:04x}", "updatedTime": format_time(START)}
        for index in range(events)
    ]
    document = {
        "orderId": names["order_id"],
        "channelId": "lazada-th",
        "partnerId": "143",
        "orderCreatedTime": format_time(START),
        "updatedTime": format_time(time),
        "orderStatus": "NEW",
        "statusHistory": history,
        "shipments": [],
    }
    text = orjson.dumps(document).decode()
    return SalesOrder(
        **names, order_created_time=START, updated_time=time, representation=REPRESENTATION, document=text
    )


def test_a_batch_is_never_in_memory_whole() -> None:
    row = subscribe()
    fill(1_200, events=50)
    tracemalloc.start()
    made = cut(row)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size, rows = made.draft.size, made.rows
    made.draft.close()

    assert rows == 60_000
    assert size > 10_000_000
    assert peak < 8_000_000
