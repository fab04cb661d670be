"""Pages read from a real streaming standby that goes away, or hangs, and comes back.

What must be there for these tests to pass, tried by taking it out:
* `max_lifetime` in `stores.databases.any_replica`: without it a standby that was away stays unused;
* `primary` among the servers there: without it there is no answer while the standby is away.
"""

import time

import httpx2
import pytest

from testbed.events import event
from testbed.feeds import FEED
from testbed.installation import Publisher, eventually
from testbed.pollers import Poller
from testbed.replica_pair import Pair, is_read
from tests.promises.hanging import hung, processes

pytestmark = pytest.mark.slow

BOUND = 8  # seconds for any answer, on a busy machine


def test_a_standby_that_is_away_is_not_missed_and_is_used_again_when_it_is_back(
    pair: Pair, late: httpx2.Client, publish: Publisher
) -> None:
    poller = Poller()
    poller.catch_up(late)
    was_used = is_read(pair.standby)
    pair.standby.stop("fast")
    publish(event(orderId="O-2"))
    brought = poller.wait_for(late, 1)
    pair.standby.start()

    assert was_used
    assert brought == 1
    assert set(poller.statuses) <= {200, 304}
    assert eventually(lambda: late.get(FEED).status_code == 200 and is_read(pair.standby))


def test_a_standby_that_hangs_is_given_up(pair: Pair, late: httpx2.Client, publish: Publisher) -> None:
    poller = Poller()
    poller.catch_up(late)
    with hung(processes(pair.standby)):
        publish(event(orderId="O-3"))
        started = time.monotonic()
        late.get(FEED)
        seconds = time.monotonic() - started
        brought = eventually(lambda: poller.poll(late))

    assert seconds < BOUND
    assert brought
    assert set(poller.statuses) <= {200, 304, 503}
    assert eventually(lambda: late.get(FEED).status_code == 200 and is_read(pair.standby))
