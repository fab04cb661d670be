"""Limits over four server processes and a real Redis: exact, honest, and of each caller alone.

What must be there for these tests to pass, tried by taking it out:
* `INCRBY` in `callers.counters`: with GET and SET in its place more than the quota gets through;
* `+ 1` in `callers.quotas.use_quota`: without it the wait that is told is a second too short.
"""

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier

import httpx2
import pytest

from callers.administration import create_caller
from callers.tokens import issue_token
from tests.conftest import Publish
from tests.factories import new_orders
from tests.promises.installation import CHANNEL, FEED, PLENTY
from tests.servers import ROOT, Server, serve
from tests.services.server import die_with_parent

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

QUOTA = 50
CLIENTS = 8
EACH = 20
SLOWER = 20
"""The stated factor: a caller's flood slows another caller's poll by less than this, at the median."""

Headers = dict[str, str]


@pytest.fixture(scope="module")
def servers(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Four server processes on the database and the Redis of the tests."""
    with ExitStack() as stack:
        yield [stack.enter_context(serve(tmp_path_factory.mktemp("server"))) for _ in range(4)]


def headers_of(username: str, rate: str) -> Headers:
    """The header with a token of a new caller."""
    key = create_caller(username=username, channels=[CHANNEL], rate=rate)
    return {"X-Subject-Token": issue_token(username=username, key=key)[0]}


def told(response: httpx2.Response) -> tuple[int, int]:
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
        if soonest <= told(httpx2.get(servers[0].url + FEED, headers=headers))[1] <= latest:
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
    assert sorted(told(answer)[0] for answer in served) == list(range(QUOTA - 1))
    assert {told(answer)[0] for answer in refused} == {0}
    assert all(int(answer.headers["Retry-After"]) == told(answer)[1] for answer in refused)


def test_waiting_as_long_as_told_is_enough(servers: list[Server]) -> None:
    headers = caller_whose_window_ends(servers, 5, 8)
    refused = [answer for answer in at_once(servers, headers) if answer.status_code == 429]
    wait = min(int(answer.headers["Retry-After"]) for answer in refused)

    time.sleep(wait)
    again = at_once(servers, headers, each=1)

    assert 1 <= wait <= 8
    assert [answer.status_code for answer in again] == [200] * CLIENTS
    assert sorted(told(answer)[0] for answer in again) == list(range(QUOTA - CLIENTS, QUOTA))


@contextmanager
def flood(servers: list[Server], headers: Headers) -> Iterator[None]:
    """A process with a connection to each server, that asks as fast as it is refused."""
    urls = [server.url + FEED for server in servers]
    command = [sys.executable, "-m", "tests.promises.flood", headers["X-Subject-Token"], *urls]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - see there
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"refused\n"
            yield
            assert process.poll() is None
        finally:
            process.kill()


def seconds_of_a_poll(api: httpx2.Client) -> float:
    """The median of many."""
    seconds = []
    for _ in range(60):
        started = time.perf_counter()
        assert api.get(FEED).status_code == 200
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def test_a_flood_of_one_caller_does_not_stop_another(servers: list[Server], publish: Publish) -> None:
    publish(*new_orders(100))
    headers = headers_of("patient", PLENTY)
    with httpx2.Client(base_url=servers[0].url, headers=headers, timeout=20) as api:
        quiet = seconds_of_a_poll(api)
        with flood(servers, headers_of("impatient", "1/d")):
            flooded = seconds_of_a_poll(api)

    assert flooded < SLOWER * quiet
