"""What this process knows of the feed's heads, so that a poll that nothing has happened for costs no query.

The process polls for itself, as a caller does: all heads later than the newest that it holds. Times are in
commit order, so that it misses none. A page is then at most FEED_MEMORY_MILLISECONDS older than it would be
without; it is still a consistent state of the feed, as one from a late replica is. See
docs/decisions/heads-in-memory.md.
"""

import time
from datetime import datetime
from threading import Lock

from django.conf import settings

from callers.models import Scope
from orders.models import FeedHead
from wire.times import EARLIEST

ALL_AGAIN_SECONDS = 60
"""So often all heads are read, whatever their time: a head that was set right by hand is noticed then."""


class Heads:
    """The newest `updatedTime` of every scope that has orders, as a database told it lately."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know nothing, as a process that has just started."""
        self._known: dict[Scope, datetime] = {}
        self._newest = EARLIEST
        self._read_time = self._all_read_time = float("-inf")
        self._reading = Lock()

    def reached(self, scope: Scope, since: datetime) -> bool:
        """Whether nothing in `scope` is later than `since`. False also when that is not known.

        One query every FEED_MEMORY_MILLISECONDS at the most, by one thread; nobody waits for it.
        """
        return self._is_fresh() and since >= self._known.get(scope, EARLIEST)

    def _is_fresh(self) -> bool:
        seconds = settings.FEED_MEMORY_MILLISECONDS / 1000
        if time.monotonic() - self._read_time < seconds:
            return True
        if not seconds or not self._reading.acquire(blocking=False):
            return False
        try:
            self._read()
        finally:
            self._reading.release()
        return True

    def _read(self) -> None:
        started = time.monotonic()
        heads = FeedHead.objects.using(settings.FEED_DATABASE)
        if started - self._all_read_time < ALL_AGAIN_SECONDS:
            self._known.update(heads.filter(updated_time__gt=self._newest).newest())
        else:
            self._known, self._all_read_time = heads.newest(), started
        self._newest = max(self._known.values(), default=EARLIEST)
        self._read_time = started


heads = Heads()
