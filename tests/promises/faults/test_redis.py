"""Redis away, hung and back, under a real server: answers are given uncounted, and limits apply again.

What must be there for these tests to pass, tried by taking it out:
* `socket_timeout` in `stores.counters`: without it a hung Redis holds a thread until somebody wakes it;
* `_breaker` there: without it a request for ten orders waits eleven times.
"""

import time

import httpx2
import pytest

from testbed.installation import FEED, Installation, client_of
from testbed.services import Redis
from testbed.services.server import Mode
from tests.promises.faults.answers import PATHS, TEN_ORDERS, recovers, together
from tests.promises.hanging import hung, processes

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_without_redis_answers_are_given_uncounted(api: httpx2.Client, counters: Redis, mode: Mode) -> None:
    counters.stop(mode)
    away = together(api, *PATHS)
    counters.start()

    assert [response.status_code for response in away] == [200] * 4
    assert not any("RateLimit" in response.headers for response in away)
    assert recovers(api)


def test_a_hung_redis_is_waited_for_once_not_for_every_order(api: httpx2.Client, counters: Redis) -> None:
    with hung(processes(counters)):
        started = time.monotonic()
        answers = [api.get(f"{FEED}/id?{TEN_ORDERS}") for _ in range(3)]
        seconds = time.monotonic() - started

    assert [response.status_code for response in answers] == [200] * 3
    assert not any("RateLimit" in response.headers for response in answers)
    assert seconds < 1.5
    assert recovers(api)


def test_a_restart_of_redis_between_two_polls_loses_the_counts_and_no_limit(
    installation: Installation, api: httpx2.Client, counters: Redis
) -> None:
    limited = installation.create_caller("limited", rate="4/d")  # one for its token
    with client_of(str(api.base_url), limited) as other:
        before = [other.get(FEED).status_code for _ in range(4)]
        counters.stop("fast")
        counters.start()
        after = [other.get(FEED).status_code for _ in range(5)]

    assert before == [200, 200, 200, 429]
    assert after == [200, 200, 200, 200, 429]
