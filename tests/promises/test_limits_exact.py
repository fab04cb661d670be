"""Limits over four server processes and a real Redis: exact, counted down, and honest.

What must be there for these tests to pass, tried by taking it out:
* `INCRBY` in `stores.counters`: with GET and SET in its place more than the quota gets through;
* the `key` of OrderThrottle in `orders.polling.throttles`: with the path in it each path has its own;
* `+ 1` in `callers.quotas.use_quota`: without it the wait in the headers is a second too short.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx2
import pytest

from testbed.feeds import CHANNEL, FEED
from testbed.installation import PLENTY
from testbed.servers import Server
from tests.promises.credentials import Headers, headers_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

QUOTA = 50
CLIENTS = 8
EACH = 20


def remaining(response: httpx2.Response) -> tuple[int, int]:
    """What is left of the caller's quota, and the seconds until it is whole again."""
    match = re.fullmatch(r'"caller";r=(\d+);t=(\d+)', response.headers["RateLimit"])
    assert match
    return int(match[1]), int(match[2])


def caller_whose_window_ends(servers: list[Server], soonest: int, latest: int) -> Headers:
    """A caller that has used one of its quota, in a window that ends in so many seconds.

    Every caller's minute begins at another second, so one is soon found.
    """
    for number in range(500):
        headers = headers_of(f"caller-{number}", f"{QUOTA}/m")
        if soonest <= remaining(httpx2.get(servers[0].url + FEED, headers=headers))[1] <= latest:
            return headers
    raise AssertionError("no such caller")


def at_once(servers: list[Server], headers: Headers, each: int = EACH) -> list[httpx2.Response]:
    """What clients of all servers hear that begin together and ask one poll after the other."""
    start = Barrier(CLIENTS)

    def ask(number: int) -> list[httpx2.Response]:
        with httpx2.Client(base_url=servers[number % len(servers)].url, headers=headers, timeout=20) as api:
            api.get("/healthz")  # the connection is there
            start.wait()
            return [api.get(FEED) for _ in range(each)]

    with ThreadPoolExecutor(CLIENTS) as threads:
        return [answer for answers in threads.map(ask, range(CLIENTS)) for answer in answers]


def test_exactly_the_quota_gets_through_and_is_counted_down(servers: list[Server]) -> None:
    headers = caller_whose_window_ends(servers, 20, 60)

    answers = at_once(servers, headers)

    served = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(served), len(refused)) == (QUOTA - 1, CLIENTS * EACH - QUOTA + 1)
    assert sorted(remaining(answer)[0] for answer in served) == list(range(QUOTA - 1))
    assert {remaining(answer)[0] for answer in refused} == {0}
    assert all(int(answer.headers["Retry-After"]) == remaining(answer)[1] for answer in refused)


def test_waiting_as_long_as_told_is_enough(servers: list[Server]) -> None:
    headers = caller_whose_window_ends(servers, 8, 12)
    refused = [answer for answer in at_once(servers, headers, each=8) if answer.status_code == 429]
    wait = min(int(answer.headers["Retry-After"]) for answer in refused)

    time.sleep(wait)
    again = at_once(servers, headers, each=1)

    assert 1 <= wait <= 12
    assert [answer.status_code for answer in again] == [200] * CLIENTS
    assert sorted(remaining(answer)[0] for answer in again) == list(range(QUOTA - CLIENTS, QUOTA))


def test_exactly_so_many_requests_for_one_order_get_through_by_whatever_path(servers: list[Server]) -> None:
    headers = headers_of("named", PLENTY)
    paths = [
        f"{prefix}/channel/{CHANNEL}/sales-order-status/id?id=O-1&id=O-%d" for prefix in ("/v3", "/v2", "")
    ]

    def ask(number: int) -> httpx2.Response:
        url = servers[number % len(servers)].url + paths[number % len(paths)] % (number + 2)
        return httpx2.get(url, headers=headers, timeout=20)

    with ThreadPoolExecutor(CLIENTS) as threads:
        answers = [*threads.map(ask, range(30))]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(answers) - len(refused), len(refused)) == (6, 24)
    assert all('"order";r=0;t=' in answer.headers["RateLimit"] for answer in refused)
