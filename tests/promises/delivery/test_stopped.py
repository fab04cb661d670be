"""A `deliver` that is stopped for longer than its lease, at every step, and continued: it spoils nothing.

It is stopped after each call of testbed.stopping.STEPS; DELIVERY_LONG=1 takes all of them. What must be
there for these tests to pass, tried by taking it out:
* `self.leases.remaining` in delivery.engine.sending: one that was stopped before it began goes on;
* `JOIN l ON ...` in delivery.engine.saving: one that was stopped before it saved takes positions back;
* `allow_no_idling` there: the leases of one that is stopped in its transaction are locked for 30 seconds.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest

from testbed.installation import Installation, client_of, eventually, installed
from testbed.receivers import Receiver, receiving
from testbed.stopping import STEPS, is_stopped
from tests.promises.delivery.subscribers import (
    GRANTS,
    HASTY,
    LONG,
    SETTINGS,
    ask,
    delivering,
    feed,
    subscribe,
)
from tests.promises.delivery.writers import failing_once, writing

pytestmark = pytest.mark.slow

Place = tuple[Installation, httpx2.Client]
CHOSEN = list(STEPS) if LONG else ["prepared", "answered", "in the transaction"]
SURELY_IDLE = 0.9
"""Seconds after it goes on in which it has no lease: the other process gives back what it took later."""

WHEN_GAINED = "loaded"
"""The step that is taken only when a process gains shards: it is asked for before it goes on from another."""
POSITIONS = "SELECT array_agg(position ORDER BY id) FROM delivery_subscription WHERE NOT deleted"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """An installation whose subscriptions are few, so that their shards are known."""
    with installed() as (_, bare):
        place = Installation(bare.variables | SETTINGS)
        credentials = place.create_caller("shop", grants=GRANTS)
        with place.serve(tmp_path / "server") as server, client_of(server.url, credentials) as client:
            yield place, client


def spread(client: httpx2.Client, receivers: list[Receiver]) -> None:
    """A subscription in a low shard and one in a high shard, so that each of two processes has one."""
    subscribe(client, receivers[0], webhook={"concurrency": 32})
    for _ in range(40):
        client.delete(subscribe(client, receivers[0], start="now"))
    subscribe(client, receivers[1], webhook={"concurrency": 32})


@dataclass
class Stopping:
    """One process that is stopped, and what is seen when it goes on."""

    place: Installation
    folder: Path
    receivers: list[Receiver]
    victim: int
    other: int
    begun_late: dict[str, int] = field(default_factory=dict)
    moved_back: dict[str, int] = field(default_factory=dict)

    def stop(self, step: str, following: str) -> None:
        """At this step, until the other process has delivered to both; then let it go on, and look."""
        if step != WHEN_GAINED:
            assert eventually(lambda: self.posts(self.receivers, self.victim, time.time() - 0.5)), step
            (self.folder / step).touch()
        assert eventually(lambda: is_stopped(self.victim)), step
        stopped = time.time()
        for receiver in self.receivers:
            self.wait_for_other(receiver, stopped + 1, step)
        if following == WHEN_GAINED:
            (self.folder / following).touch()
        positions = [ask(self.place, POSITIONS)]
        os.kill(self.victim, signal.SIGCONT)
        went_on = time.time()
        while time.time() < went_on + SURELY_IDLE:
            positions.append(ask(self.place, POSITIONS))
        self.begun_late[step] = self.posts(self.receivers, self.victim, went_on)
        steps = [zip(*pair, strict=True) for pair in pairwise(positions)]
        self.moved_back[step] = sum(now < was for moves in steps for was, now in moves)

    def wait_for_other(self, receiver: Receiver, since: float, step: str) -> None:
        """Until the other process has delivered there, and saved that."""
        assert eventually(lambda: self.posts([receiver], self.other, since)), step
        time.sleep(0.5)

    def posts(self, receivers: list[Receiver], pid: int, since: float) -> int:
        """How many this process began since then."""
        posts = [post for receiver in receivers for post in receiver.received]
        return sum(post.headers["X-Process"] == str(pid) and post.time > since for post in posts)


def test_one_that_is_stopped_for_longer_than_its_lease_spoils_nothing(here: Place, tmp_path: Path) -> None:
    place, client = here
    rng = random.Random(11)
    with ExitStack() as stack:
        receivers = [stack.enter_context(receiving(failing_once(rng, 0.02))) for _ in range(2)]
        spread(client, receivers)
        victim = stack.enter_context(delivering(place, *HASTY, STOP_FOLDER=str(tmp_path)))
        other = stack.enter_context(delivering(place, *HASTY))
        stopping = Stopping(place, tmp_path, receivers, victim.pid, other.pid)
        with writing(place, 2, "S", 0.03):
            for step, following in pairwise([*CHOSEN, ""]):
                stopping.stop(step, following)
        eventually(lambda: all(receiver.accepted == feed(client) for receiver in receivers), 40)
        missing = [feed(client).items() - receiver.accepted.items() for receiver in receivers]

    assert missing == [set(), set()]
    assert stopping.begun_late == dict.fromkeys(CHOSEN, 0)
    assert stopping.moved_back == dict.fromkeys(CHOSEN, 0)
    assert [receiver.twice_at_once for receiver in receivers] == [[], []]
    assert [receiver.backwards() for receiver in receivers] == [[], []]
