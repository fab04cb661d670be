"""Notices when a poller is told something that takes back what it was told before."""

from collections.abc import Iterator

from testbed.events import Fields
from testbed.pollers import Key


class Witness:
    """Follows events whose `detailedStatus` tells their revision, as those of testbed.workload.

    An order may only get newer. An event may only get higher revisions, and if it vanishes, it was withdrawn
    by a higher one than was seen, so that it may only come back with one that is higher still.
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
    """In v2, which has no times of orders, and in v3."""
    for owner in (order, *order.get("shipments", [])):
        for entry in owner.get("statusHistory", owner.get("orderDetailedStatus")):
            told = entry.get("detailedStatus", entry.get("orderDetailedStatus"))
            if told and told.startswith("R-"):
                yield entry["eventId"], int(told[2:])
