"""Pollers of four kinds that poll a server all the while, and what they must hold in the end."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callers.administration import create_caller
from testbed.installation import PLENTY, Installation, client_of
from testbed.pollers import LinkPoller, Orders, Poller
from testbed.tokens import issue_token
from testbed.workload import CHANNELS, PARTNERS
from tests.promises.oracle import legacy
from tests.promises.watcher import Watcher

PATIENCE = 60


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


@contextmanager
def watching_over(place: Installation, folder: Path) -> Iterator[Watch]:
    """The same, of a server of an installation's own; it logs to `folder`."""
    credentials = place.create_caller("poller", grants=GRANTS)
    with place.serve(folder, LOG_LEVEL="ERROR") as server:
        with client_of(server.url, credentials) as client:
            token = client.headers["X-Subject-Token"]
        with watching(server.url, token) as watch:
            yield watch
