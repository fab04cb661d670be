"""Clients that keep the orders of a feed, and know only what its answers say."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from testbed.events import Fields
from testbed.feeds import FEED
from testbed.installation import TIMEOUT

Key = tuple[str, str]
"""channelId, orderId."""

Orders = dict[Key, Fields]


class Api(Protocol):
    """A client of httpx2, or Django's for tests: whom to ask, and as whom."""

    def get(self, url: str, /, *, headers: dict[str, str]) -> Any: ...


class Poller:
    """v3: sends back `nextUpdatedSince`, or only its milliseconds, and the ETag of a place it stayed at.

    It may ask another server each time. What is not 200 is counted, and changes nothing.
    """

    def __init__(self, path: str = FEED, page_size: int = 100, *, milliseconds: bool = False) -> None:
        self.path, self.page_size, self.milliseconds = path, page_size, milliseconds
        self.held: Orders = {}
        self.statuses: Counter[int] = Counter()
        self.has_more = False
        self.notice: Callable[[Key, Fields], None] = lambda key, order: None
        self._url = f"{path}?pageSize={page_size}"
        self._tag = ""

    @property
    def answers(self) -> int:
        """How many polls did not fail."""
        return self.statuses[200] + self.statuses[304]

    def ask(self, api: Api) -> Any:
        """The answer to the next poll, not taken in."""
        return api.get(self._url, headers={"If-None-Match": self._tag} if self._tag else {})

    def poll(self, api: Api) -> int:
        """Ask once and keep what came; how many orders are other than they were held."""
        answer = self.ask(api)
        self.statuses[answer.status_code] += 1
        self.has_more = False
        if answer.status_code != 200:
            return 0
        news = {key: order for key, order in self._take(answer).items() if self.held.get(key) != order}
        self.held |= news
        for key, order in news.items():
            self.notice(key, order)
        return len(news)

    def catch_up(self, api: Api) -> int:
        """Ask until there is nothing new; how many orders that brought."""
        brought = 0
        while (new := self.poll(api)) or self.has_more:
            brought += new
        return brought

    def wait_for(self, api: Api, count: int) -> int:
        """Ask until so many orders have come, or in vain; how many came."""
        brought, deadline = 0, time.monotonic() + TIMEOUT
        while (brought := brought + self.poll(api)) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return brought

    def _take(self, answer: Any) -> Orders:
        page = answer.json()
        since, following = page["window"]["updatedSince"], page["nextUpdatedSince"]
        times = [since or "", *(order["updatedTime"] for order in page["orders"])]
        assert times == sorted(set(times)), "an order that is not later than the one before"
        if self.milliseconds and following:
            following = f"{following[:23]}Z"
        moved = {"updatedSince": following} if following else {}
        self._move(f"{self.path}?{urlencode({'pageSize': self.page_size} | moved)}", answer)
        self.has_more = page["hasMore"]
        return {(order["channelId"], order["orderId"]): order for order in page["orders"]}

    def _move(self, url: str, answer: Any) -> None:
        self._tag = answer.headers["ETag"] if url == self._url else ""
        self._url = url


class LinkPoller(Poller):
    """v2: follows `Link: rel="next"`, and asks the last page again when there is none."""

    def __init__(self, channel: str, page_size: int) -> None:
        super().__init__(f"/channel/{channel}/sales-order-status", page_size)
        self.channel = channel
        self._url = f"{self.path}?page_size={page_size}"

    def _take(self, answer: Any) -> Orders:
        link, self.has_more = _next(answer.headers.get("Link", ""))
        place = urlsplit(link)
        self._move(f"{place.path}?{place.query}" if self.has_more else self._url, answer)
        return {(self.channel, order["orderId"]): order for order in answer.json()}


def _next(links: str) -> tuple[str, bool]:
    before, is_there, _ = links.partition('>; rel="next"')
    return before.rpartition("<")[2], bool(is_there)


def published(api: Api) -> Orders:
    """What there is, for one who begins now."""
    newcomer = Poller()
    newcomer.catch_up(api)
    return newcomer.held
