"""A thread that polls a server until nothing is new, whatever happens to that server."""

import math
import threading
import time

import httpx2

from testbed.pollers import Poller
from tests.promises.witness import Witness

PAUSE_SECONDS = 0.005  # after a poll that brought nothing, or failed
SETTLED_SECONDS = 0.5  # from the last commit until every server tells of it, and some


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
        time.sleep(PAUSE_SECONDS)
        return self.poller.answers == before or began < self.last_change + SETTLED_SECONDS
