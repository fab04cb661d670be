"""How far a subscription has come: which orders of the feed are open, and so where its position is.

Pure data. Orders come from the feed in the order of `updatedTime` and are answered in any order. The position
may stand at a time only when every order up to it is done: accepted, held, or changed again (it comes later).
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from orders.forms import Row

MAX_DONE_AHEAD = 1_000
"""Orders done beyond the position; then the slow one in front of them is held, so that the position moves."""

Key = tuple[str, str]
"""channelId, orderId."""


def key_of(row: Row) -> Key:
    """What names an order, whatever its state."""
    return row.channel_id, row.order_id


@dataclass
class Track:
    """The open orders of one subscription between its position and the end of what was read.

    `read_until` is the time up to which the feed was read: the next page is asked for after it. When it was
    read last, there was more where it `is_behind`.
    `ahead` are the times of states that another process had done, and that are not read again yet.
    """

    position: datetime
    read_until: datetime
    ahead: set[datetime] = field(default_factory=set)
    is_behind: bool = False
    open: dict[Key, Row] = field(default_factory=dict)
    _entries: deque[tuple[datetime, Key]] = field(default_factory=deque)

    def load(self, rows: list[Row], until: datetime) -> None:
        """Take in a page, and the time that it was read up to. An older state of the same order is over."""
        for row in rows:
            if row.updated_time in self.ahead:  # no two changes have the same time
                self.ahead.remove(row.updated_time)
                self.open.pop(key_of(row), None)
            else:
                self.open[key_of(row)] = row
            self._entries.append((row.updated_time, key_of(row)))
        self.read_until = max(self.read_until, until)
        self._advance()

    def finish(self, row: Row) -> None:
        """This state of the order is done; a newer one that was read meanwhile stays open."""
        current = self.open.get(key_of(row))
        if current and current.updated_time <= row.updated_time:
            del self.open[key_of(row)]
        self._advance()

    def first_open(self) -> Row | None:
        """The order that holds the position back, or None."""
        return self.open[self._entries[0][1]] if self._entries else None

    @property
    def done_ahead(self) -> int:
        """How many orders beyond the position are done."""
        return len(self._entries) - len(self.open)

    def done_times(self) -> list[datetime]:
        """The times of the states beyond the position that are done."""
        self.ahead = {time for time in self.ahead if time > self.position}
        return [time for time, key in self._entries if not self._is_open(time, key)] + list(self.ahead)

    def waiting(self) -> Iterator[Row]:
        """The open orders, oldest change first."""
        for time, key in self._entries:
            row = self.open.get(key)
            if row and row.updated_time == time:
                yield row

    def _advance(self) -> None:
        while self._entries and not self._is_open(*self._entries[0]):
            self.position = max(self.position, self._entries.popleft()[0])
        if not self._entries:
            self.position = max(self.position, self.read_until)

    def _is_open(self, time: datetime, key: Key) -> bool:
        row = self.open.get(key)
        return row is not None and row.updated_time == time
