"""The database goes away, receivers die, many come back at once: nothing is lost and nobody is delayed."""

import json
import socket
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest

from testbed.events import event, new_orders
from testbed.installation import Installation, client_of, eventually, installed
from testbed.receivers import Answer, Received, Receiver, receiving
from tests.promises.delivery.subscribers import (
    HASTY,
    PARTNER,
    PATH,
    SETTINGS,
    ask,
    delivering,
    feed,
    subscribe,
)

pytestmark = pytest.mark.slow

THOUSAND = 1_000
DELETE = "from delivery.models import *; Subscription.objects.all().delete()"
FAILING = "SELECT count(*) FROM delivery_subscription WHERE failures > 0"
FAILED = "SELECT count(*) FROM delivery_attempt WHERE outcome = 'FAILED'"
SOONEST = 2 * 0.8
"""Seconds between two tries of a receiver that fails (testbed.hasty_deliver), jitter included."""
COPY = """
import secrets
from django.db import transaction
from delivery.changes import touch
from delivery.models import SHARDS, Subscription
row = Subscription.objects.get(public_id="{id}")
for _ in range({count}):
    with transaction.atomic():
        row.pk, row.public_id, row._state.adding = None, "sub" + secrets.token_hex(8), True
        row.save()
        row.shard = row.pk % SHARDS
        touch(row)
        row.save()
"""


def test_postgresql_goes_away_and_comes_back_while_orders_are_sent(tmp_path: Path) -> None:
    def slowly(post: Received) -> Answer:
        time.sleep(0.02)
        return 200, {}

    with installed(fsync=True) as (database, bare):
        here = Installation(bare.variables | SETTINGS)
        credentials = here.create_caller("shop")
        with here.serve(tmp_path) as server, client_of(server.url, credentials) as client:
            with here.publisher() as publish:
                publish(*new_orders(400))
            with receiving(slowly) as receiver:
                subscribe(client, receiver, webhook={"concurrency": 4})
                with delivering(here):
                    assert eventually(lambda: len(receiver.received) > 50)
                    database.stop("immediate")
                    time.sleep(1)
                    away = len(receiver.received)
                    time.sleep(1)
                    assert away <= len(receiver.received) <= away + 4
                    database.start()
                    wanted = [f"O-{number}" for number in range(1, 401)]
                    eventually(lambda: len(receiver.accepted) == len(wanted))
                    assert eventually(lambda: receiver.accepted == feed(client))

    assert receiver.twice_at_once == []
    assert receiver.backwards() == []


def test_a_quiet_channel_whose_one_order_is_refused_gets_it_when_the_receiver_is_well(
    place: tuple[Installation, httpx2.Client],
) -> None:
    """Nothing comes after it, so it is tried again by itself; also by a process that never heard of it.

    Fails without `run.retry[key] = ...` in delivery.engine.answers: then it is tried without a pause.
    """
    here, client = place
    well: list[bool] = []
    with here.publisher() as publish, receiving(lambda post: (200 if well else 500, {})) as receiver:
        path = subscribe(client, receiver, start="now")
        with delivering(here, *HASTY):
            publish(event(orderId="QUIET"))
            first = eventually(lambda: len(receiver.received) >= 3)
        before = len(receiver.received)
        with delivering(here, *HASTY):
            second = eventually(lambda: len(receiver.received) > before)
            well.append(True)
            arrived = eventually(lambda: receiver.accepted)
            done = eventually(lambda: client.get(path).json()["behind"]["orders"] == 0)
        shown = client.get(path).json()
        client.delete(path)

    assert (first, second, arrived, done) == (True, True, True, True)
    assert (shown["state"], shown["heldOrders"]) == ("ACTIVE", 0)
    assert set(receiver.orders()) == {"QUIET"}
    times = [post.time for post in receiver.received[:3]]
    assert all(later - earlier > 0.9 for earlier, later in pairwise(times))


def test_black_holes_and_a_backlog_delay_nobody(place: tuple[Installation, httpx2.Client]) -> None:
    here, client = place
    with socket.create_server(("127.0.0.1", 0), backlog=200) as hole, here.publisher() as publish:
        publish(*new_orders(300))
        hole_url = f"http://127.0.0.1:{hole.getsockname()[1]}/hook"

        def slowly(post: Received) -> Answer:
            time.sleep(0.1)
            return 200, {}

        with receiving() as receiver, receiving(slowly) as backlog:
            body = {
                "name": "hole",
                "mechanism": "webhook",
                "webhook": {"url": hole_url},
                "start": "beginning",
            }
            dead = client.post(PATH, json=body).raise_for_status().json()["subscriptionId"]
            here.manage("shell", "-v", "0", "-c", COPY.format(id=dead, count=100))
            paths = [subscribe(client, backlog), subscribe(client, receiver, start="now")]
            with delivering(here):
                assert eventually(lambda: backlog.received)
                for number in range(100):
                    publish(event(orderId=f"B-{number}", eventId=f"b-{number}"))
                    time.sleep(0.02)
                assert eventually(lambda: len(receiver.received) == 100)
            for path in paths:
                client.delete(path)
            here.manage("shell", "-v", "0", "-c", DELETE)

    waits = sorted(post.time - _seconds(post) for post in receiver.received)
    assert waits[98] < 1.5, json.dumps(waits[-5:])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_a_thousand_subscriptions_come_back_at_once_after_an_outage_and_delay_nobody(
    place: tuple[Installation, httpx2.Client],
) -> None:
    """Fails with `next_time=None` in delivery.pace._failed: then they try again without a pause."""
    here, client = place
    port = free_port()
    with here.publisher() as publish, receiving() as healthy:
        subscribe(client, healthy, PARTNER, start="now")
        path = subscribe(client, Receiver(f"http://127.0.0.1:{port}/hook"), start="now")
        here.manage("shell", "-v", "0", "-c", COPY.format(id=path.rpartition("/")[2], count=THOUSAND - 1))
        publish(*[event(orderId=f"Z-{number}", partnerId="7") for number in range(3)])
        with delivering(here, *HASTY):
            began = time.monotonic()
            assert eventually(lambda: ask(here, FAILING) == THOUSAND, 60)
            time.sleep(3)
            tries_each = ask(here, FAILED) / THOUSAND
            seconds = time.monotonic() - began
            with receiving(port=port) as crowd:
                crowd.under_way = _Unwatched()
                for number in range(60):
                    publish(event(orderId=f"H-{number}", channelId="shopee-th"))
                    time.sleep(0.05)
                assert eventually(lambda: len(crowd.received) == THOUSAND * 3, 40)
                assert eventually(lambda: len(healthy.received) == 60)
        here.manage("shell", "-v", "0", "-c", DELETE)

    waits = sorted(post.time - _seconds(post) for post in healthy.received)
    assert len({post.headers["webhook-id"] for post in crowd.received}) == THOUSAND * 3
    assert tries_each < 2 + seconds / SOONEST
    assert waits[58] < 1.5, json.dumps(waits[-5:])


class _Unwatched(list[str]):
    """Many subscriptions send the same order to this receiver, as they may."""

    def __contains__(self, order: object) -> bool:
        return False


def _seconds(post: Received) -> float:
    return datetime.fromisoformat(post.order["updatedTime"]).timestamp()
