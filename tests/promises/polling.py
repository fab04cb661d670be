"""Pollers of four kinds that poll a server all the while, and what they must hold in the end."""

import logging
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from callers.administration import create_caller
from testbed.events import Fields
from testbed.installation import PLENTY, Installation, client_of
from testbed.pollers import Key, LinkPoller, Orders, Poller
from testbed.tokens import issue_token
from tests.promises.events import CHANNELS, PARTNERS
from tests.promises.oracle import legacy

TIMEOUT = 60  # seconds
PAUSE = 0.005  # seconds after a poll that brought nothing, or failed
QUIET = 0.5  # seconds from the last commit until every server must answer with it, and some


class Witness:
    """Fails when a poller receives something older than what it received before.

    Knows the revision of an event by its `detailedStatus`: see `platform_events`. An order may only get
    newer, and an event may only get higher revisions. An event that vanishes was deleted by a higher
    revision, so that it may only come back with one that is two higher.
    """

    def __init__(self) -> None:
        self._revisions: dict[str, int] = {}
        self._times: dict[Key, str] = {}
        self._shown: dict[Key, set[str]] = {}

    def __call__(self, key: Key, order: Fields) -> None:
        found = dict(_revisions(order))
        for vanished in self._shown.get(key, set()) - set(found):
            self._revisions[vanished] += 2
        for event_id, revision in found.items():
            known = self._revisions.get(event_id, 0)
            assert revision >= known, f"{event_id} is at revision {revision} after {known}"
            self._revisions[event_id] = revision
        time = order.get("updatedTime", "")
        assert time >= self._times.get(key, ""), f"{key} got older"
        self._times[key] = time
        self._shown[key] = set(found)


def _revisions(order: Fields) -> Iterator[tuple[str, int]]:
    """Event ids and revisions of an order of v3 or v2."""
    for owner in (order, *order.get("shipments", [])):
        for entry in owner.get("statusHistory", owner.get("orderDetailedStatus")):
            detailed = entry.get("detailedStatus", entry.get("orderDetailedStatus"))
            if detailed and detailed.startswith("R-"):
                yield entry["eventId"], int(detailed[2:])


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
        refused = [status for status in self.poller.statuses if 400 <= status < 500]
        assert not refused, f"{self.poller.path} answers {refused}"
        if self.poller.answers == before:
            self.interruptions += 1
        elif news or self.poller.has_more:
            return True
        time.sleep(PAUSE)
        return self.poller.answers == before or began < self.last_change + QUIET


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
        deadline, enough = time.monotonic() + TIMEOUT, sum(self.answers.values()) + count
        while sum(self.answers.values()) < enough:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def finish(self) -> None:
        """Nothing is published any more: return once nothing more is new."""
        for watcher in self.watchers.values():
            watcher.last_change = min(watcher.last_change, time.monotonic())
        for watcher in self.watchers.values():
            watcher.join(TIMEOUT)
            if watcher.failure:
                raise watcher.failure
            assert not watcher.is_alive(), f"{watcher.poller.path} has no end"

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
