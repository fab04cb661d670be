"""Several `deliver` processes that are killed, stopped and continued: nothing is lost or goes backwards.

Leases are short here (testbed.hasty_deliver). With `run.fence` taken from what the process holds now, instead
of from when the subscription was loaded, a stopped process goes on with what it remembers.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import Any

import httpx2
import pytest

from testbed.events import event
from testbed.installation import Installation, eventually
from testbed.receivers import Answer, Received, Receiver, receiving
from tests.promises.delivery.subscribers import deliver, delivering, feed, subscribe

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("DELIVERY_KILLS", "8"))
STOPS = int(os.environ.get("DELIVERY_STOPS", "2"))
HASTY = ("-m", "testbed.hasty_deliver")
Place = tuple[Installation, httpx2.Client]


def failing_once(rng: random.Random, share: float) -> Callable[[Received], Answer]:
    """Fails a share of the states, each once; and is slow, so that much is under way when a process ends."""
    failed: set[str] = set()

    def answer(post: Received) -> Answer:
        time.sleep(rng.uniform(0, 0.04))
        if post.headers["webhook-id"] in failed or rng.random() > share:
            return 200, {}
        failed.add(post.headers["webhook-id"])
        return 500, {}

    return answer


@contextmanager
def writing(place: Installation, writers: int, prefix: str, pause: float = 0.02) -> Iterator[None]:
    """So many processes that publish changes of 200 orders, until the block ends."""
    ending = Event()

    def write(writer: int) -> None:
        rng = random.Random(writer)
        with place.publisher() as publish:
            while not ending.wait(pause):
                number, new = rng.randint(1, 200), f"{prefix}-{writer}-{rng.random()}"
                status = rng.choice(["IN_TRANSIT", "COMPLETED", "NEW"])
                publish(event(orderId=f"{prefix}-{number}", eventId=new, status=status))

    threads = [Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def everything(client: httpx2.Client, receivers: list[Receiver]) -> bool:
    """Whether every receiver has accepted the newest state of every order."""
    wanted = feed(client)
    return all(receiver.accepted == wanted for receiver in receivers)


def test_writers_and_many_subscriptions_with_processes_that_are_killed(place: Place) -> None:
    here, client = place
    rng = random.Random(10)
    shapes: list[dict[str, Any]] = [
        {"concurrency": 1},
        {"concurrency": 32},
        {"concurrency": 32, "format": "SALES_ORDER_STATUS"},
        {"concurrency": 8},
    ]
    with ExitStack() as stack:
        receivers = [stack.enter_context(receiving(failing_once(rng, 0.05))) for _ in shapes * 2]
        paths = [
            subscribe(client, receiver, webhook=shape)
            for receiver, shape in zip(receivers, shapes * 2, strict=True)
        ]
        filtered = stack.enter_context(receiving(failing_once(rng, 0.05)))
        paths.append(subscribe(client, filtered, orderStatus=["COMPLETED"]))
        processes = [deliver(here, *HASTY) for _ in range(2)]
        with writing(here, 3, "K", 0.05):
            for kill in range(KILLS):
                time.sleep(rng.uniform(1.5, 3))
                processes[kill % 2].kill()
                processes[kill % 2].wait()
                processes[kill % 2] = deliver(here, *HASTY)
        try:
            assert eventually(lambda: everything(client, receivers))
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
                process.wait(20)
            for path in paths:
                client.delete(path)

    assert [receiver.twice_at_once for receiver in receivers] == [[]] * 8
    assert [receiver.backwards() for receiver in receivers] == [[]] * 8
    assert {post.order["orderStatus"] for post in filtered.received} == {"COMPLETED"}


def test_one_that_is_stopped_for_longer_than_its_lease_spoils_nothing(place: Place) -> None:
    here, client = place
    rng = random.Random(11)
    with receiving(failing_once(rng, 0.0)) as receiver, ExitStack() as stack:
        path = subscribe(client, receiver, webhook={"concurrency": 32})
        stopped = stack.enter_context(delivering(here, *HASTY))
        stack.enter_context(writing(here, 2, "S"))
        time.sleep(3)
        for _ in range(STOPS):
            time.sleep(rng.uniform(0.5, 2))
            stopped.send_signal(signal.SIGSTOP)
            with delivering(here, *HASTY):
                time.sleep(rng.uniform(6, 7))
                alone = len(receiver.received)
                stopped.send_signal(signal.SIGCONT)
                time.sleep(1)
            assert alone
        stack.close()
        with delivering(here, *HASTY):
            assert eventually(lambda: everything(client, [receiver]))
        client.delete(path)

    assert receiver.twice_at_once == []
    assert receiver.backwards() == []


def test_two_processes_share_the_work_and_a_third_takes_over_what_is_given_back(place: Place) -> None:
    here, client = place
    with receiving() as receiver, here.publisher() as publish:
        path = subscribe(client, receiver, start="now")
        with delivering(here, *HASTY):
            with delivering(here, *HASTY):
                time.sleep(4)
                counts = here.manage("shell", "-v", "0", "-c", COUNT).split()
            publish(event(orderId="W-1", eventId="w1"))
            assert eventually(lambda: receiver.orders() == ["W-1"])
        client.delete(path)

    assert sorted(counts) == ["32", "32"]


COUNT = """
from collections import Counter
from delivery.models import ShardLease
print(*Counter(ShardLease.objects.exclude(owner="").values_list("owner", flat=True)).values())
"""
