"""The database goes away, receivers die, many come back at once: nothing is lost and nobody is delayed."""

import json
import socket
import time
from datetime import datetime
from pathlib import Path

import pytest

from testbed.events import event, new_orders
from testbed.installation import Installation, client_of, eventually, installed
from testbed.receivers import Answer, Received, receiving
from tests.promises.delivery.subscribers import PATH, SETTINGS, delivering, feed, subscribe

pytestmark = pytest.mark.slow

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


def test_black_holes_and_a_backlog_delay_nobody(place: tuple[Installation, object]) -> None:
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
            dead = client.post(PATH, json=body).raise_for_status().json()["subscriptionId"]  # type: ignore[attr-defined]
            here.manage("shell", "-v", "0", "-c", COPY.format(id=dead, count=100))
            paths = [subscribe(client, backlog), subscribe(client, receiver, start="now")]  # type: ignore[arg-type]
            with delivering(here):
                assert eventually(lambda: backlog.received)
                for number in range(100):
                    publish(event(orderId=f"B-{number}", eventId=f"b-{number}"))
                    time.sleep(0.02)
                assert eventually(lambda: len(receiver.received) == 100)
            for path in paths:
                client.delete(path)  # type: ignore[attr-defined]
            here.manage(
                "shell", "-v", "0", "-c", "from delivery.models import *; Subscription.objects.all().delete()"
            )

    waits = sorted(post.time - _seconds(post) for post in receiver.received)
    assert waits[98] < 1.5, json.dumps(waits[-5:])


def test_several_hundred_subscriptions_come_back_at_once(place: tuple[Installation, object]) -> None:
    here, client = place
    posts: dict[str, int] = {}

    def count(post: Received) -> Answer:
        posts[post.headers["webhook-id"]] = posts.get(post.headers["webhook-id"], 0) + 1
        return 200, {}

    with here.publisher() as publish, receiving(count) as receiver:
        path = subscribe(client, receiver, start="now")  # type: ignore[arg-type]
        here.manage("shell", "-v", "0", "-c", COPY.format(id=path.rpartition("/")[2], count=299))
        publish(*[event(orderId=f"Z-{number}", eventId=f"z-{number}") for number in range(5)])
        receiver.under_way = _Unwatched()
        with delivering(here):
            assert eventually(lambda: len(posts) == 1500)
            time.sleep(0.5)
        here.manage(
            "shell", "-v", "0", "-c", "from delivery.models import *; Subscription.objects.all().delete()"
        )

    assert len(posts) == 1500
    assert set(posts.values()) == {1}


class _Unwatched(list[str]):
    """Many subscriptions send the same order to this receiver, as they may."""

    def __contains__(self, order: object) -> bool:
        return False


def _seconds(post: Received) -> float:
    return datetime.fromisoformat(post.order["updatedTime"]).timestamp()
