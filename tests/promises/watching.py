"""Witnesses that poll a server while something happens to it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.promises.oracle import Fields
from tests.promises.pollers import Orders, Poller, Watermark
from tests.promises.witness import Witness
from tests.promises.workload import CHANNELS, PARTNERS

PATIENCE = 60


class Watch:
    """What two witnesses have been told: one polls a channel by 7, the other a partner by 100 orders."""

    def __init__(self, server: str, token: str) -> None:
        headers = {"X-Subject-Token": token}
        self.steps = {
            ("channelId", CHANNELS[0]): Witness(
                Watermark(f"/v3/channel/{CHANNELS[0]}/sales-order-status", 7)
            ),
            ("partnerId", PARTNERS[0]): Witness(
                Watermark(f"/v3/partner/{PARTNERS[0]}/sales-order-status", 100)
            ),
        }
        self.pollers = {scope: Poller(server, headers, step) for scope, step in self.steps.items()}

    @property
    def interruptions(self) -> int:
        """How many polls failed, and were sent again."""
        return sum(step.interruptions for step in self.steps.values())

    def wait_for_answers(self, count: int) -> None:
        """Return once so many more polls have been answered."""
        deadline, enough = time.monotonic() + PATIENCE, self._answers() + count
        while self._answers() < enough:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def finish(self) -> None:
        """Return once nothing more is new."""
        for poller in self.pollers.values():
            poller.no_more.set()
        for poller in self.pollers.values():
            poller.join(PATIENCE)
        ends = [(poller.failure, poller.is_alive()) for poller in self.pollers.values()]
        assert ends == [(None, False)] * len(ends)

    def held(self) -> list[Orders]:
        """What they hold."""
        return [poller.orders for poller in self.pollers.values()]

    def _answers(self) -> int:
        return sum(step.answers for step in self.steps.values())

    def expected(self, published: Orders) -> list[Orders]:
        """What they must hold."""
        return [_of(published, name, identifier) for name, identifier in self.steps]


@contextmanager
def watching(server: str, token: str) -> Iterator[Watch]:
    """They poll while the block runs, and then until nothing more is new."""
    watch = Watch(server, token)
    for poller in watch.pollers.values():
        poller.start()
    try:
        yield watch
    finally:
        watch.finish()


def _of(published: Orders, name: str, identifier: str) -> Orders:
    found: dict[tuple[str, str], Fields] = published
    return {key: order for key, order in found.items() if order[name] == identifier}
