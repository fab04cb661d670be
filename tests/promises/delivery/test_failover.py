"""A primary with a late standby, lost for good, its standby promoted, its clock skipped: nothing is lost.

`deliver` knows both, and no Redis. What must be there for these tests to pass, tried by taking it out:
* `_notice_failover` in delivery.engine.following: what is changed on the promoted server goes unnoticed;
* `PRIMARY` in delivery.engine.store, if it named the replica: what is published waits for the standby.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from testbed.events import event, new_orders
from testbed.installation import Installation, client_of, eventually
from testbed.receivers import Answer, Received, receiving
from testbed.replica_pair import (
    Pair,
    ask,
    filled,
    followed,
    pause_replay,
    resume_replay,
    wait_until_replayed,
)
from tests.promises.delivery.subscribers import HASTY, SETTINGS, delivering, feed, subscribe

pytestmark = pytest.mark.slow

TAIL = [event(orderId=f"O-{n}", status="IN_PROGRESS", eventTime="2026-11-21T00:00:00Z") for n in (3, 5, 8)]
NO_REDIS = {"REDIS_URL": "redis://127.0.0.1:1/0"}
FORGOTTEN_AFTER = 7
"""Seconds without work after which a subscription is in no memory."""


@pytest.fixture
def pair() -> Iterator[Pair]:
    """New ones, for they do not outlive the test."""
    with filled() as primary, followed(primary) as pair:
        yield pair


@pytest.fixture
def place(pair: Pair) -> Installation:
    """It reads pages from the standby."""
    replica = {"DATABASE_REPLICA_URLS": pair.standby.url}
    return Installation(pair.installation.variables | SETTINGS | replica)


@pytest.fixture
def api(pair: Pair, place: Installation, tmp_path: Path) -> Iterator[httpx2.Client]:
    with place.serve(tmp_path) as server, client_of(server.url, pair.credentials) as api:
        yield api


def publish(pair: Pair, *events: dict[str, object]) -> dict[str, int]:
    """To the server that can be written."""
    with pair.installation.publisher() as publisher:
        return publisher(*events)


def slowly(post: Received) -> Answer:
    time.sleep(0.02)
    return 200, {}


def is_idle(api: httpx2.Client, path: str) -> bool:
    return bool(api.get(path).json()["behind"]["orders"] == 0)


def is_up(api: httpx2.Client, path: str) -> bool:
    return api.get(path).status_code == 200


@contextmanager
def lost(pair: Pair) -> Iterator[None]:
    """What is committed in this block is lost with the primary; the standby is promoted."""
    wait_until_replayed(pair)
    pair.standby.stop("fast")
    yield
    pair.primary.stop("immediate")
    pair.standby.start()
    ask(pair.standby, "SELECT pg_promote()")


def test_a_standby_that_is_late_delays_nothing_and_goes_on_where_the_primary_was(
    pair: Pair, place: Installation, api: httpx2.Client
) -> None:
    """Without a Redis, and with a clock that is skipped meanwhile."""
    pause_replay(pair)
    with receiving(slowly) as receiver, delivering(Installation(place.variables | NO_REDIS), *HASTY):
        path = subscribe(api, receiver, webhook={"concurrency": 4})
        arrived = eventually(lambda: len(receiver.accepted) == 10)
        place.manage("skip_clock", "3600")
        publish(pair, *new_orders(300, status="COMPLETED", eventTime="2026-11-21T00:00:00Z"))
        assert eventually(lambda: len(receiver.received) > 100)
        resume_replay(pair)
        wait_until_replayed(pair)
        before = len(receiver.received)
        pair.primary.stop("immediate")
        ask(pair.standby, "SELECT pg_promote()")
        eventually(lambda: is_up(api, path))
        went_on = eventually(lambda: receiver.accepted == feed(api))

    assert (arrived, went_on) == (True, True)
    assert before < 310
    assert len(receiver.accepted) == 300
    assert receiver.twice_at_once == []
    assert receiver.backwards() == []


def test_what_was_lost_is_sent_when_it_is_published_again_and_changes_are_noticed(
    pair: Pair, place: Installation, api: httpx2.Client
) -> None:
    """The lost server's clock was an hour fast, so the clock is skipped before anything is published."""
    with receiving() as receiver, delivering(place, *HASTY):
        path = subscribe(api, receiver)
        assert eventually(lambda: len(receiver.accepted) == 10 and is_idle(api, path))
        with lost(pair):
            place.manage("skip_clock", "3600")
            publish(pair, *TAIL)
            for number in range(9):
                api.patch(path, json={"name": f"lost {number}"}).raise_for_status()
            assert eventually(lambda: len(receiver.received) == 13)
        assert eventually(lambda: is_up(api, path))
        place.manage("skip_clock", "7200")
        again = publish(pair, *TAIL)
        brought = eventually(lambda: receiver.accepted == feed(api))
        time.sleep(FORGOTTEN_AFTER)
        before = len(receiver.received)
        api.post(f"{path}/replay", json={"updatedSince": None}).raise_for_status()
        replayed = eventually(lambda: len(receiver.received) == before + 10)

    assert again["published"] == 3
    assert (brought, replayed) == (True, True)
    assert receiver.backwards() == []
