"""A client that holds what it is told, and knows nothing but what the answers say."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.promises.installation import FEED


@dataclass
class Poller:
    """It sends back `nextUpdatedSince` and the last ETag, to whichever server it is told to ask."""

    page_size: int = 100
    held: dict[str, Any] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    _since: str | None = None
    _tag: str = ""

    def poll(self, api: httpx2.Client) -> int:
        """Ask once; how many orders that brought."""
        response = self.ask(api)
        self.statuses[response.status_code] += 1
        if response.status_code != 200:
            return 0
        page = response.json()
        for order in page["orders"]:
            assert self._since is None or order["updatedTime"] > self._since
            self.held[order["orderId"]] = order
        same_place = page["nextUpdatedSince"] == self._since
        self._tag = response.headers["ETag"] if same_place else ""
        self._since = page["nextUpdatedSince"]
        return len(page["orders"])

    def ask(self, api: httpx2.Client) -> httpx2.Response:
        """The answer to the next poll, not taken in."""
        query = {"pageSize": str(self.page_size)} | ({"updatedSince": self._since} if self._since else {})
        return api.get(FEED, params=query, headers={"If-None-Match": self._tag} if self._tag else {})

    def catch_up(self, api: httpx2.Client) -> int:
        """Ask until there is nothing new; how many orders that brought."""
        brought = 0
        while new := self.poll(api):
            brought += new
        return brought


def published(api: httpx2.Client) -> dict[str, Any]:
    """What there is, for one who begins now."""
    newcomer = Poller()
    newcomer.catch_up(api)
    return newcomer.held
