"""What this process knows of the feed's heads, so that a poll that nothing has happened for costs no query.

The process polls for itself, as a caller does: it reads the heads that moved since the newest time it has
seen. Times are in commit order, so it misses none. A page is then at most FEED_MEMORY_MILLISECONDS older than
it would be without; it is still a consistent state of the feed, as one from a late replica is. It remembers
only scopes that it was asked about. See docs/decisions/heads-in-memory.md.
"""

import time
from datetime import datetime
from threading import Lock

from django.conf import settings
from django.db.models import Subquery

from callers.models import Scope
from orders.models import FeedClock, FeedHead
from wire.times import EARLIEST

MAX_SCOPES = 10_000
"""Remembered at once, some 3 MB; a process that is asked about more begins anew."""
MAX_MOVED = 1_000
"""Heads read at once. After a longer silence it costs less to forget all, and to ask for one when asked."""
MAX_AGE_SECONDS = 60
"""A head that did not move is read again after that, so that one mended by hand is noticed."""


class Heads:
    """The newest `updatedTime` of the scopes that were asked about, as the database told it lately."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know nothing, as a process that has just started."""
        self._known: dict[Scope, tuple[datetime, float]] = {}
        self._seen: datetime | None = None
        self._read_time = float("-inf")
        self._reading = Lock()

    def nothing_newer(self, scope: Scope, since: datetime) -> bool:
        """Whether nothing in `scope` is later than `since`. False also when that is not known.

        One query every FEED_MEMORY_MILLISECONDS, and one for a scope not asked about for a minute; by one
        thread at a time, and no thread waits for another.
        """
        now = time.monotonic()
        if not self._is_fresh(now):
            return False
        newest, read_time = self._known.get(scope, (None, 0.0))
        if newest is None or now - read_time > MAX_AGE_SECONDS:
            newest = self._ask(scope, now)
        return newest is not None and since >= newest

    def _is_fresh(self, now: float) -> bool:
        seconds = settings.FEED_MEMORY_MILLISECONDS / 1000
        if now - self._read_time < seconds:
            return True
        if not seconds or not self._reading.acquire(blocking=False):
            return False
        try:
            self._follow(now)
        finally:
            self._reading.release()
        return True

    def _follow(self, now: float) -> None:
        """Read the heads that moved since the newest time seen."""
        moved = FeedHead.objects.using(settings.FEED_DATABASE).order_by("updated_time")
        rows = list(moved.filter(updated_time__gt=self._seen)[: MAX_MOVED + 1]) if self._seen else []
        if self._seen is None or len(rows) > MAX_MOVED:
            self._seen = FeedClock.objects.using(settings.FEED_DATABASE).get().last_time
            self._known.clear()
            rows = []
        for head in rows:
            scope = Scope(head.kind, head.identifier)
            if scope in self._known:
                self._known[scope] = max(head.updated_time, self._known[scope][0]), now
            self._seen = head.updated_time
        self._read_time = now

    def _ask(self, scope: Scope, now: float) -> datetime | None:
        """The head of a scope, to be remembered; None while another thread reads, or for a late replica.

        A replica that is behind what we have seen may tell a head that has moved, and would not move again.
        """
        if not self._reading.acquire(blocking=False):
            return None
        try:
            heads = FeedHead.objects.filter(kind=scope.kind, identifier=scope.identifier)
            clock = FeedClock.objects.using(settings.FEED_DATABASE)
            head = Subquery(heads.values("updated_time"))
            last_time, newest = clock.values_list("last_time", head).get()
            if self._seen is None or last_time < self._seen:
                return None
            if len(self._known) >= MAX_SCOPES:
                self._known.clear()
            self._known[scope] = newest or EARLIEST, now
            return self._known[scope][0]
        finally:
            self._reading.release()


heads = Heads()
