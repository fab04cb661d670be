"""What the model asks: windows of the feed, whose ends lie at, just before, just after and between changes,
and polls that hold entity tags to their meaning.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.test import Client
from hypothesis import strategies as st

from testbed.events import Fields
from wire.times import format_time, parse_time

MAX_REPEATED = 12

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


class Asking:
    """Each answer asked again by its tag is 304, and one tag of one URL stands for one body."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._bodies: dict[tuple[str, str], bytes] = {}
        self._urls: dict[str, None] = {}

    def get(self, path: str, query: Fields) -> tuple[Any, str | None]:
        """The body, and the query of the next page's link, its parameters sorted as those of `sent`."""
        response = self._fetch(f"{path}?{sent(query)}")
        link, is_there, _ = response.get("Link", "").partition('>; rel="next"')
        return response.json(), "&".join(sorted(urlsplit(link).query.split("&"))) if is_there else None

    def repeat(self) -> None:
        """Ask what was asked before, of a feed that has changed since."""
        for url in list(self._urls)[-MAX_REPEATED:]:
            self._fetch(url)

    def _fetch(self, url: str) -> Any:
        self._urls[url] = None
        response = self.client.get(url)
        if response.status_code == 200:
            tag = response["ETag"]
            again = self.client.get(url, headers={"If-None-Match": tag})
            assert (again.status_code, again["ETag"], again.content) == (304, tag, b"")
            assert self._bodies.setdefault((url, tag), response.content) == response.content
        return response


def sent(query: Fields) -> str:
    """The query string, without what is None, sorted."""
    return urlencode(sorted((name, value) for name, value in query.items() if value), doseq=True, safe=":")
