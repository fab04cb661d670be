"""What may be answered while something is away, and how soon."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx2

from testbed.feeds import CHANNEL, FEED

LEGACY_FEED = f"/channel/{CHANNEL}/sales-order-status"
TEN_ORDERS = "&".join(f"id=O-{number}" for number in range(10))
PATHS = [FEED, f"{FEED}/id?{TEN_ORDERS}", LEGACY_FEED, f"/v2{LEGACY_FEED}/id?id=O-1"]
BOUND = 8  # seconds for any answer on a busy machine: three for the pool, two for a statement, and some
RECOVERY = 5  # seconds until answers are normal again


def together(api: httpx2.Client, *paths: str) -> list[httpx2.Response]:
    """The answers to all paths asked for at once, each of which came within the bound."""

    def ask(path: str) -> httpx2.Response:
        started = time.monotonic()
        response = api.get(path)
        assert time.monotonic() - started < BOUND, f"{path} took too long"
        return response

    with ThreadPoolExecutor(len(paths)) as threads:
        return list(threads.map(ask, paths))


def assert_unavailable(*responses: httpx2.Response) -> None:
    """503 in the shape of the wire, and when to ask again."""
    assert [response.status_code for response in responses] == [503] * len(responses)
    for response in responses:
        error = response.json()
        assert error.get("code", error.get("error", {}).get("code")) in ("UNAVAILABLE", 503)
        assert response.headers["Retry-After"] == "5"


def recovers(api: httpx2.Client) -> bool:
    """Whether every path is answered, and counted, before RECOVERY ends."""
    deadline = time.monotonic() + RECOVERY
    while time.monotonic() < deadline:
        answers = together(api, *PATHS)
        if all(answer.status_code == 200 and "RateLimit" in answer.headers for answer in answers):
            return True
        time.sleep(0.05)
    return False
