"""`manage.py deliver` as a process, on a database of its own, to receivers of its own.

Fails with `self.track.finish(row)` in `Running.begun`, which moves the position before an answer: then one
that is killed loses orders.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from standardwebhooks import Webhook

from testbed.events import event, new_orders
from testbed.installation import Installation, eventually
from testbed.receivers import Answer, Received, receiving
from testbed.servers import ROOT
from tests.promises.delivery.subscribers import SECRET, delivering, feed, subscribe

pytestmark = pytest.mark.slow


def test_what_a_receiver_holds_is_the_feed_and_verifies(place: tuple[Installation, httpx2.Client]) -> None:
    here, client = place
    with here.publisher() as publish, receiving() as receiver:
        publish(*new_orders(250))
        path = subscribe(client, receiver, webhook={"concurrency": 16})
        with delivering(here):
            assert eventually(lambda: receiver.accepted == feed(client))
            publish(*[event(orderId=f"O-{n}", eventId=f"{n}-zz", status="COMPLETED") for n in range(1, 20)])
            assert eventually(lambda: receiver.accepted == feed(client))
            assert eventually(lambda: client.get(path).json()["behind"]["orders"] == 0)
        client.delete(path)

    assert receiver.twice_at_once == []
    verifier = Webhook(SECRET)
    for post in receiver.received:
        verifier.verify(post.body, {name.lower(): value for name, value in post.headers.items()})
    assert len(receiver.received) == 250 + 19


def test_killed_again_and_again_nothing_is_lost_and_nothing_goes_backwards(
    place: tuple[Installation, httpx2.Client],
) -> None:
    here, client = place
    rng = random.Random(7)

    failed: set[str] = set()

    def slow(post: Received) -> Answer:
        """Many are under way when the process is killed; one state in ten fails once."""
        time.sleep(0.05)
        if post.headers["webhook-id"] in failed or rng.random() > 0.1:
            return 200, {}
        failed.add(post.headers["webhook-id"])
        return 500, {}

    with here.publisher() as publish, receiving(slow) as receiver:
        path = subscribe(client, receiver, webhook={"concurrency": 32})
        for round_number in range(6):
            command = [sys.executable, "manage.py", "deliver"]
            with subprocess.Popen(command, cwd=ROOT, env=os.environ | here.variables) as process:
                deadline = time.monotonic() + rng.uniform(1.5, 3)
                while time.monotonic() < deadline:
                    number = rng.randint(1, 300)
                    publish(event(orderId=f"K-{number}", eventId=f"{round_number}-{rng.random()}"))
                process.kill()
            here.manage("shell", "-c", GIVE_BACK)
        with delivering(here):
            assert eventually(lambda: receiver.accepted == feed(client))
        client.delete(path)

    assert receiver.twice_at_once == []
    assert receiver.backwards() == []


GIVE_BACK = "from delivery.models import ShardLease; ShardLease.objects.update(until=None)"
"""What 25 seconds without the killed process would do."""


def test_an_order_that_is_always_refused_is_held_and_the_others_go_on(
    place: tuple[Installation, httpx2.Client],
) -> None:
    here, client = place
    with (
        here.publisher() as publish,
        receiving(lambda post: (500 if post.order["orderId"] == "BAD" else 200, {})) as receiver,
    ):
        path = subscribe(client, receiver, start="now")
        with delivering(here):
            publish(event(orderId="BAD", eventId="bad"))
            assert eventually(lambda: receiver.orders().count("BAD") == 1)
            publish(*[event(orderId=f"G-{n}", eventId=f"g-{n}") for n in range(30)])
            assert eventually(lambda: {f"G-{n}" for n in range(30)} <= set(receiver.orders()))
            assert eventually(lambda: client.get(f"{path}/held").json()["held"])
            assert eventually(lambda: client.get(path).json()["behind"]["orders"] == 0)
        (held,) = client.get(f"{path}/held").json()["held"]
        attempts = client.get(f"{path}/attempts?outcome=REFUSED").json()["attempts"]
        client.delete(path)

    assert (held["orderId"], held["state"]) == ("BAD", "HELD")
    assert [(attempt["orderId"], attempt["status"]) for attempt in attempts] == [("BAD", 500)]


def test_a_receiver_sets_the_pace_and_a_receiver_that_is_gone_gets_nothing_more(
    place: tuple[Installation, httpx2.Client],
) -> None:
    here, client = place
    answers = iter([(429, {"Retry-After": "2"}), (200, {}), (410, {})])
    with here.publisher() as publish, receiving(lambda post: next(answers)) as receiver:
        path = subscribe(client, receiver, start="now")
        with delivering(here):
            publish(event(orderId="P-1", eventId="p1"))
            assert eventually(lambda: len(receiver.received) == 2)
            publish(event(orderId="P-2", eventId="p2"))
            assert eventually(lambda: client.get(path).json()["state"] == "DISABLED")
            publish(event(orderId="P-3", eventId="p3"))
            time.sleep(1)
        shown = client.get(path).json()
        client.delete(path)

    assert receiver.orders() == ["P-1", "P-1", "P-2"]
    assert receiver.received[1].time - receiver.received[0].time >= 2
    assert (shown["state"], shown["stateReason"], shown["active"]) == ("DISABLED", "GONE", False)


def test_who_loses_the_grant_is_sent_nothing_more_within_ten_seconds(
    place: tuple[Installation, httpx2.Client], tmp_path: Path
) -> None:
    here, client = place
    with here.publisher() as publish, receiving() as receiver:
        path = subscribe(client, receiver, start="now")
        with delivering(here):
            publish(event(orderId="R-1", eventId="r1"))
            assert eventually(lambda: receiver.orders() == ["R-1"])
            here.manage("withdraw", "shop", "--channel=lazada-th")
            time.sleep(10)
            publish(event(orderId="R-2", eventId="r2"))
            time.sleep(2)
            here.manage("grant", "shop", "--channel=lazada-th")
        assert path

    assert receiver.orders() == ["R-1"]
