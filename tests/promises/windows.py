"""Windows of the feed for Hypothesis: their ends lie at, just before, just after and between changes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from testbed.events import Fields
from wire.times import format_time, parse_time

Place = tuple[int, int] | None
"""Which change, counted from the newest, and how many microseconds after it; None: no such end."""

PLACES = st.none() | st.tuples(st.integers(0, 6), st.sampled_from([-1, 0, 0, 1, 13]))


@dataclass(frozen=True)
class Window:
    """A window (since, until] by its places."""

    since: Place
    until: Place

    def between(self, times: Collection[str]) -> tuple[str | None, str | None]:
        """`updatedSince` and `updatedUntil` among these changes; None where there are too few."""
        newest_first = sorted(times, reverse=True)
        return _text(self.since, newest_first), _text(self.until, newest_first)

    @staticmethod
    def cut(orders: list[Fields], since: str | None, until: str | None) -> list[Fields]:
        """The orders in a window."""
        return [order for order in orders if (since or "") < order["updatedTime"] <= (until or "9")]

    @staticmethod
    def is_backwards(since: str | None, until: str | None) -> bool:
        return bool(since and until and since > until)


def _text(place: Place, newest_first: list[str]) -> str | None:
    if place is None or place[0] >= len(newest_first):
        return None
    return format_time(parse_time(newest_first[place[0]]) + timedelta(microseconds=place[1]))


WINDOWS = st.builds(Window, PLACES, PLACES)
