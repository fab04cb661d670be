"""What a caller changes while orders are being sent holds a second later, and loses nothing."""

import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from testbed.events import event, new_orders
from testbed.installation import Installation, eventually
from testbed.receivers import Answer, Received, Receiver, receiving
from tests.promises.delivery.subscribers import SECRET, delivering, feed, subscribe

pytestmark = pytest.mark.slow

Place = tuple[Installation, httpx2.Client]
ORDERS = 400


def slowly(post: Received) -> Answer:
    time.sleep(0.05)
    return 200, {}


@pytest.fixture(scope="module", autouse=True)
def delivered(place: Place) -> Iterator[None]:
    """A feed, and one process that delivers it."""
    here, _ = place
    with here.publisher() as publish:
        publish(*new_orders(ORDERS))
    with delivering(here):
        yield


@pytest.mark.parametrize("how", ["delete", "pause", "another url"])
def test_nothing_new_begins_a_second_after_the_answer(place: Place, how: str) -> None:
    _, client = place
    with receiving(slowly) as receiver, receiving() as other:
        path = subscribe(client, receiver, webhook={"concurrency": 4})
        assert eventually(lambda: len(receiver.received) > 20)
        if how == "delete":
            client.delete(path).raise_for_status()
        elif how == "pause":
            client.patch(path, json={"active": False}).raise_for_status()
        else:
            client.patch(path, json={"webhook": {"url": other.url}}).raise_for_status()
        changed = time.time()
        time.sleep(2)
        last = max(post.time for post in receiver.received)
        assert len(receiver.received) < ORDERS
        if how == "another url":
            assert eventually(lambda: len(other.received) >= ORDERS - len(receiver.received))
        client.delete(path)

    assert last < changed + 1
    if how == "another url":
        assert receiver.accepted | other.accepted == feed(client)


def test_what_was_paused_goes_on_where_it_stopped(place: Place) -> None:
    _, client = place
    with receiving(slowly) as receiver:
        path = subscribe(client, receiver, webhook={"concurrency": 4})
        for _ in range(3):
            reached = len(receiver.received)
            assert eventually(lambda reached=reached: len(receiver.received) > reached + 20)  # type: ignore[misc]
            client.patch(path, json={"active": False}).raise_for_status()
            time.sleep(0.7)
            client.patch(path, json={"active": True}).raise_for_status()
        assert eventually(lambda: receiver.accepted == feed(client))
        client.delete(path)

    assert len(receiver.received) == ORDERS


def test_a_replay_sends_all_again_even_what_is_under_way(place: Place) -> None:
    _, client = place
    with receiving(slowly) as receiver:
        path = subscribe(client, receiver, webhook={"concurrency": 8})
        assert eventually(lambda: len(receiver.received) > 50)
        before = receiver.orders()
        client.post(f"{path}/replay", json={"updatedSince": None}).raise_for_status()
        assert eventually(lambda: receiver.accepted == feed(client))
        assert eventually(lambda: client.get(path).json()["behind"]["orders"] == 0)
        client.delete(path)

    ids: dict[str, set[str]] = {}
    for post in receiver.received:
        ids.setdefault(post.order["orderId"], set()).add(post.headers["webhook-id"])
    assert [order for order in before if len(ids[order]) != 2] == []
    assert receiver.twice_at_once == []


def test_one_order_is_sent_again_when_asked(place: Place) -> None:
    _, client = place
    with receiving() as receiver:
        path = subscribe(client, receiver, start="now")
        wanted = sorted(feed(client))[:3]
        for order in wanted:
            body = {"channelId": "lazada-th", "orderId": order}
            client.post(f"{path}/resend", json=body).raise_for_status()
        assert eventually(lambda: sorted(receiver.orders()) == wanted)
        time.sleep(0.5)
        held = client.get(f"{path}/held").json()["held"]
        client.delete(path)

    assert (sorted(receiver.orders()), held) == (wanted, [])


def test_a_new_secret_signs_within_a_second_and_the_old_one_beside_it(place: Place) -> None:
    here, client = place
    with receiving() as receiver, here.publisher() as publish:
        path = subscribe(client, receiver, start="now")
        secret = client.post(f"{path}/rotate-secret", json={}).raise_for_status().json()["secret"]
        time.sleep(1)
        publish(event(orderId="N-1", eventId=f"n-{time.time()}"))
        assert eventually(lambda: receiver.received)
        client.delete(path)

    (post,) = receiver.received
    for key in (secret, SECRET):
        Webhook(key).verify(post.body, {name.lower(): value for name, value in post.headers.items()})


@dataclass
class Subscriber:
    """A receiver, and its subscription, to which anything may happen."""

    client: httpx2.Client
    receiver: Receiver
    path: str
    left: int = 5
    """Replays and rotations that are allowed within an hour."""

    def act(self, rng: random.Random) -> None:
        """One of the things that callers do."""
        verb = rng.choice(["pause", "resume", "patch", "replay", "rotate-secret", "again"])
        if verb in ("pause", "resume"):
            self.patch({"active": verb == "resume"})
        elif verb == "patch":
            self.patch({"webhook": {"concurrency": rng.choice([1, 8, 32])}})
        elif verb == "again":
            self.client.delete(self.path).raise_for_status()
            self.path, self.left = subscribe(self.client, self.receiver), 5
        elif self.left:
            self.left -= 1
            body = {"updatedSince": None} if verb == "replay" else {}
            self.client.post(f"{self.path}/{verb}", json=body).raise_for_status()

    def patch(self, body: dict[str, Any]) -> None:
        self.client.patch(self.path, json=body).raise_for_status()


@pytest.mark.parametrize("seed", range(int(os.environ.get("DELIVERY_SEEDS", "2"))))
def test_whatever_is_done_in_whatever_order_what_arrives_is_the_feed(place: Place, seed: int) -> None:
    here, client = place
    rng = random.Random(seed)
    with ExitStack() as stack:
        publish = stack.enter_context(here.publisher())
        receivers = [stack.enter_context(receiving()) for _ in range(3)]
        subscribers = [Subscriber(client, receiver, subscribe(client, receiver)) for receiver in receivers]
        for step in range(40):
            numbers = rng.sample(range(50), rng.randint(0, 20))
            publish(*[event(orderId=f"M-{n}", eventId=f"{seed}-{step}-{n}") for n in numbers])
            rng.choice(subscribers).act(rng)
            time.sleep(rng.uniform(0, 0.1))
        for subscriber in subscribers:
            subscriber.patch({"active": True})
        wanted = feed(client)
        arrived = eventually(lambda: all(receiver.accepted == wanted for receiver in receivers))
        for subscriber in subscribers:
            client.delete(subscriber.path)

    assert arrived
    assert [receiver.twice_at_once for receiver in receivers] == [[], [], []]
