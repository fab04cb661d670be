"""Redis away, hung and back, under a real server: answers are given uncounted, and limits apply again.

What must be there for these tests to pass, tried by taking it out:
* `socket_timeout` in `stores.counters`: without it a hung Redis holds a thread until somebody wakes it;
* `_breaker` there: without it a request for ten orders waits eleven times;
* `can_count` there, in place of a PING: without it the last test sees `ok`.
"""

import time
from typing import Any

import httpx2
import pytest
import redis

from testbed.feeds import FEED
from testbed.installation import Installation, client_of, eventually
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


def test_readiness_says_that_nothing_is_counted_by_a_redis_that_only_answers_a_ping(
    api: httpx2.Client, counters: Redis
) -> None:
    store: Any = redis.Redis.from_url(counters.url)
    refusals = {
        "a replica without its master": (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
        "a full store": (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
    }
    said = {}
    for name, (refuse, accept) in refusals.items():
        store.execute_command(*refuse)
        pinged = store.ping()
        said[name] = pinged, eventually(lambda: limits(api) == "away"), api.get(FEED).status_code
        store.execute_command(*accept)
        assert eventually(lambda: limits(api) == "ok")

    assert said == dict.fromkeys(refusals, (True, True, 200))


def limits(api: httpx2.Client) -> str:
    """What `/readyz` says about the counters' store, which is at most a second old; it is ready anyway."""
    response = api.get("/readyz")
    assert response.status_code == 200
    state: str = response.json()["checks"]["limits"]
    return state
