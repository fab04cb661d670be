"""Pages read from a real streaming standby that is late: nothing is lost.

What must be there for these tests to pass, tried by taking it out:
* `FeedClock.newest` asks the primary: asked of the standby, it tells who has polled the primary that his time
  is in the future;
* `self.newest` in `Rows.etag`: without it a page that is newer elsewhere is taken for the same.
"""

import random
import time
from threading import Thread

import httpx2
import pytest

from testbed.events import Fields, event, withdrawal
from testbed.feeds import CHANNEL, FEED
from testbed.installation import Installation, Publisher, client_of, eventually
from testbed.pollers import LinkPoller, Poller, published
from testbed.replica_pair import Pair, pause_replay, resume_replay, wait_until_replayed
from tests.promises.oracle import legacy

pytestmark = pytest.mark.slow

ROUNDS = 60


def news(rng: random.Random, earlier: list[Fields]) -> list[Fields]:
    """Some events of some orders, and now and then an event of an earlier round withdrawn."""
    count = rng.randint(1, 12)
    events = [event(orderId=f"O-{rng.randint(1, 40)}", detail=str(rng.random())) for _ in range(count)]
    withdrawn = rng.sample(earlier, min(len(earlier), rng.randint(0, 2)))
    earlier += events
    return [*events, *(withdrawal(old["eventId"]) for old in withdrawn)]


def publish_rounds(publish: Publisher, pair: Pair, rng: random.Random) -> None:
    """Publish many times, while the standby falls behind, catches up, and falls behind for good."""
    earlier: list[Fields] = []
    for number in range(ROUNDS):
        publish(*news(rng, earlier))
        if number in (ROUNDS // 4, ROUNDS * 3 // 4):
            pause_replay(pair)
        elif number == ROUNDS // 2:
            resume_replay(pair)
        time.sleep(0.02)


def test_pollers_that_bounce_between_the_primary_and_a_late_standby_lose_nothing(
    pair: Pair, near: httpx2.Client, late: httpx2.Client, publish: Publisher
) -> None:
    rng = random.Random(5)
    pollers = [Poller(page_size=7), Poller(), Poller(milliseconds=True)]
    follower = LinkPoller(CHANNEL, 100)
    publishing = Thread(target=publish_rounds, args=(publish, pair, random.Random(6)))
    publishing.start()
    while publishing.is_alive():
        rng.choice([*pollers, follower]).poll(rng.choice([near, late]))
    publishing.join()
    pair.installation.manage("skip_clock", "3600")
    publish(event(orderId="O-1"))

    hidden = [poller.catch_up(late) + poller.wait_for(near, 1) for poller in pollers]
    for poller in pollers:
        poller.catch_up(near)
    still_behind = [poller.poll(late) for poller in pollers]
    resume_replay(pair)
    wait_until_replayed(pair)
    settled = eventually(lambda: published(late) == published(near))
    found = [poller.catch_up(late) for poller in pollers]
    follower.catch_up(late)

    there = published(near)
    assert settled
    assert all(hidden)
    assert (still_behind, found) == ([0, 0, 0], [0, 0, 0])
    assert [poller.held for poller in pollers] == [there] * 3
    assert follower.held == {key: legacy(order) for key, order in there.items()}
    for poller in (*pollers, follower):
        assert set(poller.statuses) <= {200, 304}


def test_who_publishes_knows_what_the_standby_does_not_know_yet(pair: Pair, near: httpx2.Client) -> None:
    both = Installation(pair.installation.variables | {"DATABASE_REPLICA_URLS": pair.standby.url})
    news = event(orderId="O-50")
    pause_replay(pair)
    with both.publisher() as publish:
        first, second = publish(news), publish(news)
    resume_replay(pair)

    assert (first["published"], second["unchanged"]) == (1, 1)
    assert eventually(lambda: (CHANNEL, "O-50") in published(near))


def test_an_idle_poller_is_told_so_by_either(pair: Pair, near: httpx2.Client, late: httpx2.Client) -> None:
    wait_until_replayed(pair)
    poller = Poller()
    assert eventually(lambda: published(late) == published(near))
    poller.catch_up(near)

    statuses = [poller.ask(api).status_code for api in (late, near, late)]

    assert statuses == [304, 304, 304]


def test_a_token_is_given_and_known_while_the_standby_is_behind(pair: Pair, late: httpx2.Client) -> None:
    pause_replay(pair)
    newcomer = pair.installation.create_caller("newcomer")
    with client_of(str(late.base_url), newcomer) as api:
        response = api.get(FEED)
    resume_replay(pair)

    assert response.status_code == 200
