"""Orders that are held: refused while others were accepted, and tried apart from the flow."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from delivery import pace
from delivery.engine.track import Key, key_of
from delivery.models import HeldOrder
from delivery.outcome import Outcome
from orders.forms import Row

MAX_HELD = 1_000


@dataclass
class Held:
    """One order in the state that was refused; `next_time` None: given up."""

    updated_time: datetime
    tries: int
    since: datetime
    next_time: datetime | None
    status: int | None = None
    detail: str = ""
    resent: bool = False


@dataclass
class Holding:
    """The held orders of one subscription, and which of them changed since they were saved."""

    orders: dict[Key, Held] = field(default_factory=dict)
    changed: set[Key] = field(default_factory=set)
    _offered: dict[Key, Row] = field(default_factory=dict)
    _next: datetime | None = None
    _is_counted: bool = False

    @classmethod
    def of(cls, rows: Iterable[HeldOrder]) -> "Holding":
        """As they are stored."""
        return cls(
            {
                (row.channel_id, row.order_id): Held(
                    row.updated_time,
                    row.tries,
                    row.held_time,
                    None if row.given_up else row.next_attempt_time,
                    row.status,
                    row.detail,
                    row.resent,
                )
                for row in rows
            }
        )

    def hold(
        self, row: Row, tries: int, now: datetime, outcome: Outcome | None, next_time: datetime | None = None
    ) -> None:
        """Keep an order apart from the flow, or note that it was refused once more.

        Tried again at `next_time`, or when its tries say so.
        """
        key = key_of(row)
        before = self.orders.get(key)
        since, resent = (before.since, before.resent) if before else (now, False)
        if next_time is None:
            next_time = pace.next_try_of_held(tries, since, now) if tries else now
        status, detail = (outcome.status, outcome.detail) if outcome else (None, "")
        self.orders[key] = Held(row.updated_time, tries, since, next_time, status, detail, resent)
        self.changed.add(key)
        self._offered.pop(key, None)
        self._is_counted = False

    def drop(self, key: Key) -> None:
        """It was accepted, or comes by the flow."""
        if self.orders.pop(key, None):
            self.changed.add(key)
        self._offered.pop(key, None)
        self._is_counted = False

    def has(self, row: Row) -> bool:
        """Whether this state of an order, or a later one, is held: then the flow does not send it."""
        held = self.orders.get(key_of(row))
        return held is not None and held.updated_time >= row.updated_time

    def outdate(self, row: Row) -> None:
        """The order has changed: it comes by the flow, and what was refused is not sent any more."""
        held = self.orders.get(key_of(row))
        if held and held.updated_time < row.updated_time:
            self.drop(key_of(row))

    @property
    def waiting(self) -> int:
        """How many are tried again."""
        return sum(held.next_time is not None for held in self.orders.values())

    @property
    def is_full(self) -> bool:
        """Whether so many are held that the flow stops."""
        return len(self.orders) >= MAX_HELD and self.waiting >= MAX_HELD

    def due(self, now: datetime, under_way: set[Key]) -> list[Key]:
        """Those whose time has come and that are not read yet."""
        first = self.next_time()
        if first is None or first > now:
            return []
        return [
            key
            for key, held in self.orders.items()
            if held.next_time and held.next_time <= now and key not in under_way and key not in self._offered
        ]

    def offer(self, due: Iterable[Key], found: dict[Key, Row]) -> None:
        """Take in the due orders as they are now. One that is gone, or has changed, is held no more.

        A changed order comes by the flow, or came by it.
        """
        self._is_counted = False
        for key in due:
            held = self.orders.get(key)
            row = found.get(key)
            if held and row and row.updated_time == held.updated_time:
                self._offered[key] = row
            elif held:
                self.drop(key)

    @property
    def has_offered(self) -> bool:
        """Whether a due order is there to be sent."""
        return bool(self._offered)

    def next_offered(self, under_way: set[Key]) -> Row | None:
        """A due order that may be sent now."""
        return next((row for key, row in self._offered.items() if key not in under_way), None)

    def next_time(self) -> datetime | None:
        """When the next of them is due. Looked up again only after something changed."""
        if not self._is_counted:
            times = [held.next_time for key, held in self.orders.items() if key not in self._offered]
            self._next = min((when for when in times if when), default=None)
            self._is_counted = True
        return self._next
