"""A poller that outlives failures of the server, and notices when what it was told is taken back."""

import time
from collections.abc import Iterator

import httpx2

from tests.promises.oracle import Fields
from tests.promises.pollers import Orders, Step

RETRY_SECONDS = 0.05


class Witness:
    """Takes the steps of another poller. The `detail` of each event must be its revision.

    An order may only get newer. An event may only get higher revisions, and if it vanishes, it was withdrawn
    by a higher one than was seen, so that it may only come back with one that is higher still.
    """

    def __init__(self, step: Step) -> None:
        self.answers = self.interruptions = 0
        self._step = step
        self._revisions: dict[str, int] = {}
        self._times: dict[tuple[str, str], str] = {}
        self._shown: dict[tuple[str, str], set[str]] = {}

    def __call__(self, client: httpx2.Client, orders: Orders) -> bool:
        before = dict(orders)
        try:
            more = self._step(client, orders)
        except httpx2.TransportError:
            return self._again()
        except httpx2.HTTPStatusError as failure:
            if failure.response.status_code < 500:
                raise
            return self._again()
        self.answers += 1
        for key, order in orders.items():
            if order is not before.get(key):
                self._check(key, order)
        return more

    def _again(self) -> bool:
        self.interruptions += 1
        time.sleep(RETRY_SECONDS)
        return True

    def _check(self, key: tuple[str, str], order: Fields) -> None:
        found = {entry["eventId"]: int(entry["detail"]) for entry in _entries(order)}
        for vanished in self._shown.get(key, set()) - set(found):
            self._revisions[vanished] += 2
        for event_id, revision in found.items():
            known = self._revisions.get(event_id, 0)
            assert revision >= known, f"{event_id} is at revision {revision} after {known}"
            self._revisions[event_id] = revision
        assert order["updatedTime"] >= self._times.get(key, ""), f"{key} got older"
        self._times[key] = order["updatedTime"]
        self._shown[key] = set(found)


def _entries(order: Fields) -> Iterator[Fields]:
    for owner in (order, *order["shipments"]):
        yield from owner["statusHistory"]
