"""Pollers of four kinds that poll a server all the while, and what they must hold in the end."""

import logging
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from callers.administration import create_caller
from callers.tokens import issue_token
from tests.promises.installation import PLENTY
from tests.promises.oracle import legacy
from tests.promises.pollers import LinkPoller, Orders, Poller
from tests.promises.witness import Witness
from tests.promises.workload import CHANNELS, PARTNERS

PATIENCE = 60
PAUSE_SECONDS = 0.005  # after a poll that brought nothing, or failed
SETTLED_SECONDS = 0.5  # from the last commit until every server tells of it, and some


class Watcher(threading.Thread):
    """Polls until nothing is new a while after `last_change`; a poll that fails is sent again."""

    def __init__(self, server: str, token: str, poller: Poller) -> None:
        super().__init__(daemon=True)
        self.poller = poller
        self.poller.notice = Witness()
        self.interruptions = 0
        self.last_change = math.inf
        self.failure: BaseException | None = None
        self._api = httpx2.Client(base_url=server, headers={"X-Subject-Token": token}, timeout=30)

    def run(self) -> None:
        try:
            with self._api:
                while self._poll():
                    pass
        except BaseException as failure:
            self.failure = failure

    def _poll(self) -> bool:
        """Whether there may be more to come."""
        began, before = time.monotonic(), self.poller.answers
        try:
            news = self.poller.poll(self._api)
        except httpx2.TransportError:
            news = 0
        if self.poller.answers == before:
            self.interruptions += 1
        elif news or self.poller.has_more:
            return True
        time.sleep(PAUSE_SECONDS)
        return self.poller.answers == before or began < self.last_change + SETTLED_SECONDS


class Watch:
    """v3 by channel and by partner, v2 by `Link`, and one that keeps milliseconds; pages of 7 and of 100."""

    def __init__(self, server: str, token: str) -> None:
        feed, other = CHANNELS
        pollers = {
            "v3 by channel": Poller(f"/v3/channel/{feed}/sales-order-status", 7),
            "v3 by partner": Poller(f"/v3/partner/{PARTNERS[0]}/sales-order-status", 100),
            "v2 by Link": LinkPoller(other, 7),
            "milliseconds only": Poller(f"/v3/channel/{feed}/sales-order-status", 100, milliseconds=True),
        }
        self.watchers = {name: Watcher(server, token, poller) for name, poller in pollers.items()}

    @property
    def interruptions(self) -> int:
        """How many polls failed, and were sent again."""
        return sum(watcher.interruptions for watcher in self.watchers.values())

    @property
    def answers(self) -> dict[str, int]:
        """How many polls of each did not fail."""
        return {name: watcher.poller.answers for name, watcher in self.watchers.items()}

    def wait_for_answers(self, count: int) -> None:
        """Return once so many more polls have been answered."""
        deadline, enough = time.monotonic() + PATIENCE, sum(self.answers.values()) + count
        while sum(self.answers.values()) < enough:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def finish(self) -> None:
        """Nothing is published any more: return once nothing more is new."""
        for watcher in self.watchers.values():
            watcher.last_change = min(watcher.last_change, time.monotonic())
        for watcher in self.watchers.values():
            watcher.join(PATIENCE)
            if watcher.failure:
                raise watcher.failure
            assert not watcher.is_alive(), f"there is no end to what {watcher.poller.path} is told"
        statuses = {status for watcher in self.watchers.values() for status in watcher.poller.statuses}
        assert not any(400 <= status < 500 for status in statuses), statuses

    def lost(self, published: Orders) -> dict[str, Orders]:
        """What a poller holds otherwise than these v3 orders are, or not at all; nothing if all is well."""
        lost = {}
        for name, expected in _expected(published).items():
            held = self.watchers[name].poller.held
            keys = [key for key in held | expected if held.get(key) != expected.get(key)]
            if keys:
                lost[name] = {key: held.get(key, {}) for key in keys}
        return lost


def _expected(published: Orders) -> dict[str, Orders]:
    """What each must hold."""
    feed, other = CHANNELS
    channel = {key: order for key, order in published.items() if key[0] == feed}
    return {
        "v3 by channel": channel,
        "v3 by partner": {k: order for k, order in published.items() if order["partnerId"] == PARTNERS[0]},
        "v2 by Link": {key: legacy(order) for key, order in published.items() if key[0] == other},
        "milliseconds only": channel,
    }


GRANTS = [f"--channel={name}" for name in CHANNELS] + [f"--partner={name}" for name in PARTNERS]
"""What `manage.py create_caller` lets a caller poll, so that it may poll all that."""


def admitted() -> str:
    """A token of a new caller that may do so, in the tests' own database."""
    key = create_caller(username="poller", channels=CHANNELS, partners=PARTNERS, rate=PLENTY)
    return issue_token(username="poller", key=key)[0]


@contextmanager
def watching(server: str, token: str) -> Iterator[Watch]:
    """They poll while the block runs, and then until nothing more is new."""
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # a line for each poll costs more than the poll
    watch = Watch(server, token)
    for watcher in watch.watchers.values():
        watcher.start()
    try:
        yield watch
    finally:
        watch.finish()
