"""Eight writers, twenty subscriptions, several `deliver` processes that are killed: nothing is lost.

Leases are short here (testbed.hasty_deliver). DELIVERY_LONG=1 kills forty times. What must be there for these
tests to pass, tried by taking it out:
* `run.track.done_times()` in delivery.engine.changing: what was accepted beyond a slow order is sent again
  when a kill happens to come then (always seen by tests/delivery/engine/test_track.py);
* with `self.track.finish(row)` in `Running.begun`, a position moves before the answer, and orders are lost.
"""

import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
import pytest

from testbed.events import event
from testbed.installation import Installation, eventually
from testbed.receivers import Receiver, receiving
from tests.promises.delivery.subscribers import (
    CHANNEL,
    HASTY,
    LONG,
    PARTNER,
    ask,
    deliver,
    delivering,
    feed,
    subscribe,
)
from tests.promises.delivery.writers import failing_once, sent_twice, writing

pytestmark = pytest.mark.slow

KILLS = 40 if LONG else 8
WRITERS = 8
NOTICED_WITHIN = 0.5
"""Seconds after a kill until which a receiver notices what was sent before, on the same machine."""
SAVED_WITHIN = 3.0
"""250 ms, on a machine that does all this at once."""
FORMATS = ("SALES_ORDER_STATUS", "SALES_ORDER_STATUS_V3")
SHAPES = [
    (scope, {"webhook": {"format": form, "concurrency": concurrency}})
    for scope in (CHANNEL, PARTNER)
    for form in FORMATS
    for concurrency in (1, 8, 32)
]
FILTERED = [
    (scope, {"orderStatus": ["COMPLETED"], "webhook": {"format": form, "concurrency": concurrency}})
    for scope in (CHANNEL, PARTNER)
    for form in FORMATS
    for concurrency in (1, 32)
]
Place = tuple[Installation, httpx2.Client]


class Crowd:
    """Processes that deliver, some of which are killed; `kills` says when, in Unix time."""

    def __init__(self, place: Installation, count: int) -> None:
        self.place = place
        self.processes = [deliver(place, *HASTY) for _ in range(count)]
        self.kills: list[float] = []

    def kill(self, victims: list[int]) -> None:
        """Kill these at once, and start others."""
        for victim in victims:
            self.processes[victim].kill()
            self.kills.append(time.time())
        for victim in victims:
            self.processes[victim].wait()
            self.processes[victim] = deliver(self.place, *HASTY)

    def end(self) -> None:
        """All of them, by themselves."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        hardly_begun = -signal.SIGTERM
        assert {process.wait(20) for process in self.processes} <= {0, hardly_begun}

    def unexplained(self, receivers: list[Receiver]) -> list[str]:
        """The orders that were sent again though all answered in time, and nobody was killed soon after."""
        unanswered = self.place.manage("shell", "-v", "0", "-c", UNANSWERED).split()
        return [
            f"{post.order['orderId']} by {first.headers['X-Process']} at {first.time:.2f} and by"
            f" {post.headers['X-Process']} at {post.time:.2f}; killed at {self.kills}"
            for receiver in receivers
            for first, post in sent_twice(receiver)
            if not any(
                first.time - NOTICED_WITHIN <= kill <= min(post.time, first.time + SAVED_WITHIN)
                for kill in self.kills
            )
            and post.headers["X-Acomm-Updated-Time"] not in unanswered
        ]


@contextmanager
def subscribed(client: httpx2.Client, shapes: list[tuple[str, dict[str, Any]]]) -> Iterator[list[Receiver]]:
    """A subscription of each shape, with a receiver of its own that fails 5 % of the states at random."""
    rng = random.Random(10)
    with ExitStack() as stack:
        receivers = [stack.enter_context(receiving(failing_once(rng, 0.05))) for _ in shapes]
        paths = [
            subscribe(client, receiver, scope, **members)
            for receiver, (scope, members) in zip(receivers, shapes, strict=True)
        ]
        yield receivers
        for path in paths:
            client.delete(path)


def missing(client: httpx2.Client, whole: list[Receiver], filtered: list[Receiver]) -> list[int]:
    """How many newest states each receiver has not accepted."""
    wanted, completed = feed(client), feed(client, status="COMPLETED")
    return [len(wanted.items() ^ receiver.accepted.items()) for receiver in whole] + [
        len(completed.items() - receiver.accepted.items()) for receiver in filtered
    ]


@pytest.mark.parametrize("count", [2, 4])
def test_writers_and_many_subscriptions_with_processes_that_are_killed(place: Place, count: int) -> None:
    here, client = place
    rng = random.Random(count)
    with subscribed(client, SHAPES) as whole, subscribed(client, FILTERED) as filtered:
        crowd = Crowd(here, count)
        try:
            with writing(here, WRITERS, f"K{count}", 0.2):
                for _ in range(KILLS // count if not LONG else KILLS):
                    time.sleep(rng.uniform(1.5, 3))
                    crowd.kill(rng.sample(range(count), rng.randint(1, count // 2)))
            assert eventually(lambda: not any(missing(client, whole, filtered)), 40)
        finally:
            crowd.end()

    receivers = whole + filtered
    assert [receiver.twice_at_once for receiver in receivers] == [[]] * len(receivers)
    assert [receiver.backwards() for receiver in receivers] == [[]] * len(receivers)
    assert crowd.unexplained(receivers) == []
    for receiver in filtered:
        assert "COMPLETED" in str(receiver.received[-1].order["orderStatus"])


def test_two_processes_share_the_work_and_a_third_takes_over_what_is_given_back(place: Place) -> None:
    here, client = place
    with receiving() as receiver, here.publisher() as publish:
        path = subscribe(client, receiver, start="now")
        with delivering(here, *HASTY):
            with delivering(here, *HASTY):
                shared = eventually(lambda: ask(here, COUNTS) == [32, 32])
            publish(event(orderId="W-1", eventId="w1"))
            assert eventually(lambda: receiver.orders() == ["W-1"])
        client.delete(path)

    assert shared


COUNTS = """
SELECT array_agg(shards) FROM (
    SELECT count(*) AS shards FROM delivery_shardlease WHERE owner <> '' AND number < 64 GROUP BY owner
) AS shared
"""
UNANSWERED = """
from delivery.models import Attempt
from wire.times import format_time
for time in Attempt.objects.filter(outcome="REFUSED", status=None).values_list("updated_time", flat=True):
    print(format_time(time))
"""
