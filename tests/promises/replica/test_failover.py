"""A primary lost for good and its standby promoted: every poller goes on where it was.

What must be there for these tests to pass, tried by taking it out:
* `max(database_time, ...)` in `orders.clock.FeedClock.advance`: without it the promoted server gives times
  out again that pollers have seen on the lost one;
* `+ ahead` in `skip_clock`, where the lost server's clock was fast: without it nobody sees what is published.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from testbed.events import event
from testbed.feeds import CHANNEL
from testbed.installation import Installation, client_of, eventually
from testbed.pollers import Poller, published
from testbed.replica_pair import Filled, Pair, ask, copied, filled, followed

pytestmark = pytest.mark.slow

LATER = "2026-11-21T00:00:00Z"
TAIL = [event(orderId=f"O-{number}", status="IN_PROGRESS", eventTime=LATER) for number in (3, 5, 8)]
HOUR = "3600"


@pytest.fixture(scope="module")
def template() -> Iterator[Filled]:
    """What each test begins with."""
    with filled() as template:
        yield template


@pytest.fixture
def pair(template: Filled) -> Iterator[Pair]:
    """New ones, for they do not outlive the test."""
    with copied(template) as primary, followed(primary) as pair:
        yield pair


@pytest.fixture
def api(pair: Pair, tmp_path: Path) -> Iterator[httpx2.Client]:
    """A client of a server that knows both, for writing and for reading; nobody tells it what happens."""
    both = Installation(pair.installation.variables | {"DATABASE_REPLICA_URLS": pair.standby.url})
    with both.serve(tmp_path) as server, client_of(server.url, pair.credentials) as api:
        yield api


def publish(pair: Pair) -> dict[str, int]:
    """The tail goes to the server that can be written."""
    with pair.installation.publisher() as publisher:
        return publisher(*TAIL)


def promote(pair: Pair) -> None:
    ask(pair.standby, "SELECT pg_promote()")


def is_answered(poller: Poller, api: httpx2.Client) -> bool:
    """One poll that did not fail."""
    before = poller.answers
    poller.poll(api)
    return poller.answers > before


def test_after_a_synchronous_failover_there_is_nothing_to_do(pair: Pair, api: httpx2.Client) -> None:
    ask(pair.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
    ask(pair.primary, "SELECT pg_reload_conf()")
    poller = Poller()
    poller.catch_up(api)
    publish(pair)
    seen = poller.wait_for(api, 3)
    pair.primary.stop("immediate")
    promote(pair)

    answered = eventually(lambda: is_answered(poller, api))
    poller.catch_up(api)
    again = publish(pair)

    assert (seen, answered) == (3, True)
    assert [poller.held[CHANNEL, name]["orderStatus"] for name in ("O-3", "O-5", "O-8")] == [
        "IN_PROGRESS"
    ] * 3
    assert again["unchanged"] == 3
    assert poller.held == published(api)


def lose_the_tail(pair: Pair, poller: Poller, api: httpx2.Client, fast: str = "") -> None:
    """Published, with a clock that is `fast`, and polled, but lost before the standby heard of it."""
    pair.standby.stop("fast")
    if fast:
        pair.installation.manage("skip_clock", fast)
    publish(pair)
    assert poller.wait_for(api, 10) == 10
    pair.primary.stop("immediate")
    pair.standby.start()
    promote(pair)


def test_after_an_asynchronous_failover_what_was_lost_is_published_again(
    pair: Pair, api: httpx2.Client
) -> None:
    poller = Poller()
    lose_the_tail(pair, poller, api)

    answered = eventually(lambda: is_answered(poller, api))
    again = publish(pair)
    brought = poller.wait_for(api, 3)

    assert answered
    assert again["published"] == 3
    assert brought == 3
    assert poller.held == published(api)


def test_times_of_a_lost_server_with_a_fast_clock_are_skipped(pair: Pair, api: httpx2.Client) -> None:
    poller = Poller()
    lose_the_tail(pair, poller, api, fast=HOUR)

    ahead = eventually(lambda: poller.ask(api).status_code == 400)
    said = pair.installation.manage("skip_clock", str(2 * int(HOUR)))
    publish(pair)
    brought = poller.wait_for(api, 3)

    assert ahead
    assert said.startswith("Changes get times later than 20")
    assert brought == 3
    assert poller.held == published(api)
