"""Orders are forgotten while others are published and polled: nobody misses a change without being told.

What must be there for this to pass, tried by taking it out: `tells_gap` of v3's pages. Without it some
followers lack changes, and are told nothing.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from django.db import connections

from callers.administration import create_caller
from orders.models import FeedClock, Forgotten, SalesOrder
from orders.publishing import ingest
from orders.publishing.audit import audit
from orders.publishing.forget import forget
from testbed.events import event
from testbed.installation import PLENTY
from testbed.pollers import Poller
from testbed.servers import serve
from testbed.tokens import issue_token
from wire.times import EARLIEST, format_time

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

SECONDS = 4
QUIET = 0.3
"""Until every process knows the newest heads (FEED_MEMORY_MILLISECONDS)."""
KEPT = timedelta(seconds=0.4)
"""For which orders are kept: a follower that pauses longer falls behind."""
CHANNELS = ("lazada-th", "shopee-th")
PATHS = {
    "channel": "/v3/channel/lazada-th/sales-order-status",
    "partner": "/v3/partner/143/sales-order-status",
}


class Follower(threading.Thread):
    """Polls all the while. Told 410, it drops all that it holds and begins again by the URL in `Link`.

    `excused` is the newest time that was forgotten when it began: what it need not have.
    """

    def __init__(self, api: httpx2.Client, kind: str, page_size: int, pause: float) -> None:
        super().__init__()
        self.api, self.kind, self.page_size, self.pause = api, kind, page_size, pause
        self.resyncs = 0
        self.is_enough = threading.Event()
        self.failure: BaseException | None = None
        self._begin()

    def run(self) -> None:
        try:
            while not self.is_enough.wait(0 if self.poller.has_more else self.pause):
                self.poll()
            while self.poll() or self.poller.has_more:
                pass
        except BaseException as failure:
            self.failure = failure
        finally:
            connections.close_all()

    def poll(self) -> int:
        """One poll; how many orders came, or 1 when it begins again."""
        refused = self.poller.statuses[410]
        news = self.poller.poll(self.api)
        assert set(self.poller.statuses) <= {200, 304, 410}
        if self.poller.statuses[410] > refused:
            self.resyncs += 1
            self._begin()
            return 1
        if self.poller.answers == 1:
            self.excused = mark(self.kind)
        return news

    def _begin(self) -> None:
        self.poller, self.excused = Poller(PATHS[self.kind], self.page_size), EARLIEST

    def lost(self, last_times: dict[tuple[str, str], datetime]) -> dict[tuple[str, str], str]:
        """Orders that it does not hold as they were last, each with the time of its last change."""
        due = {
            key: format_time(last)
            for key, last in last_times.items()
            if last > self.excused and (self.kind == "partner" or key[0] == "lazada-th")
        }
        held = self.poller.held
        return {key: last for key, last in due.items() if held.get(key, {}).get("updatedTime") != last}


def mark(kind: str) -> datetime:
    """How far a feed was forgotten."""
    found = Forgotten.objects.filter(kind=kind, identifier__in=("lazada-th", "143"))
    return found.values_list("updated_time", flat=True).first() or EARLIEST


def publish_on(last_times: dict[tuple[str, str], datetime]) -> None:
    """Two hundred orders in two channels, each changed now and then, until time is over."""
    number, ends = 0, time.monotonic() + SECONDS
    while time.monotonic() < ends:
        number += 1
        key = CHANNELS[number % 2], f"O-{number * 7 % 200 if number % 3 else number}"
        ingest.publish([event(channelId=key[0], orderId=key[1], status="COMPLETED")])
        row = SalesOrder.objects.filter(channel_id=key[0], order_id=key[1])
        last_times[key] = row.values_list("updated_time", flat=True).get()


@contextmanager
def forgetting() -> Iterator[list[int]]:
    """What is older than KEPT is forgotten, again and again, while the block runs; how much each time."""
    removed, is_enough = list[int](), threading.Event()

    def go_on() -> None:
        try:
            while not is_enough.wait(0.02):
                removed.append(forget(before=FeedClock.newest() - KEPT).orders)
        finally:
            connections.close_all()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield removed
    finally:
        is_enough.set()
        thread.join()


def test_no_change_is_lost_and_who_is_behind_is_told(tmp_path: Path) -> None:
    grants = {"channels": list(CHANNELS), "partners": ["143"]}
    key = create_caller(username="poller", rate=PLENTY, **grants)
    headers = {"X-Subject-Token": issue_token(username="poller", key=key)[0]}
    last_times: dict[tuple[str, str], datetime] = {}
    with (
        serve(tmp_path, LOG_LEVEL="WARNING", WEB_CONCURRENCY="2") as server,
        httpx2.Client(base_url=server.url, headers=headers, timeout=30) as api,
    ):
        prompt = [Follower(api, kind, 100, 0.01) for kind in PATHS]
        slow = [Follower(api, kind, size, 0.5) for kind in PATHS for size in (3, 100)]
        for follower in (*prompt, *slow):
            follower.start()
        with forgetting() as removed:
            publish_on(last_times)
        time.sleep(QUIET)
        for follower in (*prompt, *slow):
            follower.is_enough.set()
            follower.join(30)

    assert [follower.failure for follower in (*prompt, *slow)] == [None] * 6
    assert sum(removed) > 100
    assert {follower.kind: follower.lost(last_times) for follower in prompt} == {"channel": {}, "partner": {}}
    assert [follower.lost(last_times) for follower in slow] == [{}] * 4
    assert all(follower.resyncs for follower in slow)
    assert [*audit(SalesOrder.objects.all())] == []
