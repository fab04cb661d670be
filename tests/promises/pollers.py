"""Clients that keep what the feed tells them, and use nothing but its answers."""

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx2

Orders = dict[tuple[str, str], dict[str, Any]]
Step = Callable[[httpx2.Client, Orders], bool]
"""Ask once, keep what came; whether there is more to ask at once."""


class Poller(threading.Thread):
    """Takes steps until it is told that nothing more will be published, and has then seen the end."""

    def __init__(self, server: str, headers: dict[str, str], step: Step) -> None:
        super().__init__(daemon=True)
        self.orders: Orders = {}
        self.no_more = threading.Event()
        self.failure: BaseException | None = None
        self._client = httpx2.Client(base_url=server, headers=headers, timeout=30)
        self._step = step

    def run(self) -> None:
        try:
            with self._client:
                ending = False
                while self._step(self._client, self.orders) or not ending:
                    ending = self.no_more.is_set()
        except BaseException as failure:
            self.failure = failure


class Watermark:
    """v3: send back `nextUpdatedSince`, whole or with its milliseconds only."""

    def __init__(self, path: str, size: int, *, milliseconds: bool = False) -> None:
        self.path, self.size, self.milliseconds = path, size, milliseconds
        self.since: str | None = None

    def __call__(self, client: httpx2.Client, orders: Orders) -> bool:
        query = {"pageSize": str(self.size)} | ({"updatedSince": self.since} if self.since else {})
        page = _answer(client.get(self.path, params=query)).json()
        orders |= {(order["channelId"], order["orderId"]): order for order in page["orders"]}
        following = page["nextUpdatedSince"]
        self.since = f"{following[:23]}Z" if following and self.milliseconds else following
        return bool(page["hasMore"])


class Links:
    """v2: follow `Link: rel="next"`, and ask the last page again when there is none."""

    def __init__(self, channel: str, size: int) -> None:
        self.channel = channel
        self.url = f"/channel/{channel}/sales-order-status?page_size={size}"

    def __call__(self, client: httpx2.Client, orders: Orders) -> bool:
        answer = _answer(client.get(self.url))
        orders |= {(self.channel, order["orderId"]): order for order in answer.json()}
        following = answer.links.get("next")
        if following:
            parts = urlsplit(following["url"])
            self.url = f"{parts.path}?{parts.query}"
        else:
            time.sleep(0.01)
        return following is not None


def _answer(answer: httpx2.Response) -> httpx2.Response:
    answer.raise_for_status()
    return answer
