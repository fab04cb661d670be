"""Those who call during the soak, each in a thread of its own: what they ask, and what they may be told."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

import httpx2

from testbed.feeds import CHANNEL, FEED
from testbed.pollers import Poller

Act = Callable[[httpx2.Client], None]
"""What a caller does; it raises when it hears something wrong."""

NORMAL = frozenset({200, 304})
CARELESS = [
    (f"{FEED}?updatedSince=yesterday", 400),
    (f"{FEED}?pageSize=0", 400),
    (f"/v2/channel/{CHANNEL}/sales-order-status?since=x", 400),
    ("/v3/channel/of-somebody-else/sales-order-status", 403),
    ("/v3/nothing", 404),
]
WRONG_KEY = {"auth": {"apiKeyCredentials": {"username": "poller", "apiKey": "wrong"}}}


@dataclass
class Heard:
    """All answers: how many of which kind, how long they took, and those that should not have been."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    published: int = 0

    def add(self, name: str, response: httpx2.Response) -> None:
        self.statuses[name, response.status_code] += 1
        self.seconds.setdefault(name, []).append(response.elapsed.total_seconds())


@dataclass
class Caller:
    """Does one thing again and again, with a pause, until it is told to stop."""

    name: str
    api: httpx2.Client
    act: Act
    pause: float
    heard: Heard

    def start(self, stop: Event) -> Thread:
        self.api.event_hooks = {"response": [self._hear]}
        thread = Thread(target=self._live, args=(stop,), name=self.name)
        thread.start()
        return thread

    def _hear(self, response: httpx2.Response) -> None:
        response.read()
        self.heard.add(self.name, response)

    def _live(self, stop: Event) -> None:
        while not stop.wait(self.pause):
            try:
                self.act(self.api)
            except Exception as error:
                self.heard.wrong.append(f"{time.strftime('%H:%M:%S')} {self.name}: {error!r}")


def follow(poller: Poller) -> Act:
    """Polls as docs/polling.md teaches it."""

    def act(api: httpx2.Client) -> None:
        poller.poll(api)
        expect(poller.statuses.keys() <= NORMAL, poller.statuses)

    return act


def follow_v2() -> Act:
    """Follows `Link` to the end, and begins again."""
    url = ""

    def act(api: httpx2.Client) -> None:
        nonlocal url
        response = api.get(url or f"/channel/{CHANNEL}/sales-order-status")
        expect(response.status_code == 200, response)
        url = response.links.get("next", {}).get("url", "")

    return act


def begin_again(api: httpx2.Client) -> None:
    """Reads everything there is."""
    newcomer = Poller()
    newcomer.catch_up(api)
    expect(newcomer.statuses.keys() == {200}, newcomer.statuses)


def name_orders(known: Poller) -> Act:
    """Asks for ten orders by id."""

    def act(api: httpx2.Client) -> None:
        there = sorted(order_id for _, order_id in known.held)
        names = random.sample(there, min(10, len(there))) or ["unknown"]
        expect(api.get(f"{FEED}/id", params={"id": names}).status_code == 200, names)

    return act


def be_careless(api: httpx2.Client) -> None:
    """Sends what is refused."""
    path, status = random.choice(CARELESS)
    expect(api.get(path).status_code == status, path)
    expect(api.get(FEED, headers={"X-Subject-Token": "wrong"}).status_code == 401, "wrong token")
    expect(api.post("/identity/token", json=WRONG_KEY).status_code in (401, 429), "wrong key")


def be_impatient(api: httpx2.Client) -> None:
    """Asks faster than it may."""
    expect(api.get(FEED).status_code in (*NORMAL, 429), "impatient")


def renew(credentials: dict[str, str]) -> Act:
    """Gets a new token, and uses it."""

    def act(api: httpx2.Client) -> None:
        answer = api.post("/identity/token", json={"auth": {"apiKeyCredentials": credentials}})
        token = answer.raise_for_status().json()["token"]["token_id"]
        expect(api.get(FEED, headers={"X-Subject-Token": token}).status_code == 200, "new token")

    return act


def expect(held: bool, what: object) -> None:
    """Raises AssertionError about `what`."""
    if not held:
        raise AssertionError(what)
