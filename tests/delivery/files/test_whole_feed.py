"""Whoever reads only the files holds exactly the feed."""

import random
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections

from orders import feed as feed_room
from orders.publishing import ingest
from testbed import file_readers
from testbed.events import Fields, event, new_orders, shipment_event, withdrawal
from testbed.feeds import CHANNEL
from testbed.file_readers import files_in, rows_of
from tests.conftest import Publish
from tests.delivery.files.folders import feed, make_due, subscribe, working
from tests.promises.events import platform_events

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller")]


@pytest.mark.parametrize("options", [(), ("--compress", "--bom"), ("--max-orders", "2")], ids=" ".join)
def test_after_many_rounds_of_publishing_revising_and_withdrawing(
    outbox: Path, publish: Publish, options: tuple[str, ...]
) -> None:
    row = subscribe("shop", *options)
    sent = platform_events(seed=11, count=400, orders=30)
    with working() as worker:
        for start in range(0, len(sent), 20):
            publish(*sent[start : start + 20])
            worker.catch_up(row)

    assert file_readers.read(outbox / "shop") == feed()
    assert len(file_readers.files_in(outbox / "shop")) > 15


def test_cut_while_others_publish(outbox: Path) -> None:
    row = subscribe("shop", "--max-orders", "3")
    done = Event()

    def publishing() -> None:
        chance = random.Random(3)
        try:
            for number in range(150):
                ingest.publish([event(orderId=f"O-{chance.randrange(12)}", eventId=f"c-{number:04}")])
        finally:
            connections.close_all()
            done.set()

    thread = Thread(target=publishing)
    thread.start()
    with working() as worker:
        while not done.is_set():
            worker.catch_up(row)
        thread.join()
        worker.catch_up(row)

    assert file_readers.read(outbox / "shop") == feed()


def test_odd_orders_are_read_back(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    publish(*odd())
    with working() as worker:
        worker.catch_up(row)

    assert file_readers.read(outbox / "shop") == feed()
    assert len(feed()) == 6


def odd() -> list[Fields]:
    """Orders with cells that need care, and without entries."""
    return [
        event(orderId='a "quoted", one', detail="two\r\nlines", detailedStatus="x,y"),
        event(orderId="ส่งแล้ว 🚚", detail="=1+1"),
        event(orderId="emptied", eventId="gone"),
        withdrawal("gone"),
        event(orderId="parcel emptied"),
        shipment_event(orderId="parcel emptied", eventId="lost", trackingId=None, carrier=None),
        withdrawal("lost"),
        shipment_event(orderId="parcel only", detail="-"),
        *new_orders(1, detail=" "),
    ]


def test_a_reader_notices_a_file_that_is_missing(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    with working() as worker:
        for number in range(3):
            publish(event(orderId=f"O-{number}"))
            worker.catch_up(row)
    file_readers.files_in(outbox / "shop")[1].unlink()

    with pytest.raises(AssertionError):
        file_readers.read(outbox / "shop")


def test_only_orders_in_the_statuses_that_were_asked_for(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    row.order_status = ["COMPLETED"]
    row.save()
    publish(event(orderId="O-1", status="COMPLETED"), event(orderId="O-2"))
    with working() as worker:
        worker.catch_up(row)

    assert list(file_readers.read(outbox / "shop")) == [(CHANNEL, "O-1")]


def test_what_is_published_between_clock_and_rows_is_not_lost(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribe()
    publish(*new_orders(150))
    real, numbers = feed_room.page, count()

    def page(*arguments: Any) -> Any:
        found = real(*arguments)
        number = next(numbers)
        publish(event(orderId=f"L-{number}"), event(orderId="O-120", eventId=f"moved-{number}"))
        return found

    with working() as worker, monkeypatch.context() as patch:
        patch.setattr(feed_room, "page", page)
        make_due(row)
        worker.turn(row)
        patch.undo()
        worker.catch_up(row)

    first, second = files_in(outbox / "shop")
    assert file_readers.read(outbox / "shop") == feed()
    assert len({line["orderId"] for line in rows_of(first)}) == 149
    assert {line["orderId"] for line in rows_of(second)} == {"L-0", "L-1", "O-120"}
