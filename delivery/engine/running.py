"""A subscription that is being delivered, in memory: its place in the feed, its pace, its held orders."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from delivery import pace
from delivery.engine import ahead
from delivery.engine.holding import Holding
from delivery.engine.terms import Begun, Refusal, passes, state_of
from delivery.engine.track import MAX_DONE_AHEAD, Key, Track, key_of
from delivery.models import HeldOrder, Subscription
from delivery.transport import Facts
from orders.forms import Row


@dataclass(eq=False)
class Running:
    """What one subscription is doing under a lease with this fence. Only the event loop touches it.

    `told` counts the changes of its row that were noticed, `taken` those that were read.
    """

    row: Subscription
    fence: int
    facts: Facts
    track: Track
    state: pace.State
    holding: Holding
    has_more: bool = True
    is_reading: bool = False
    is_slow: bool = False
    is_dirty: bool = False
    is_saving: bool = False
    is_over: bool = False
    changes_seen: int = 0
    changes_read: int = 0
    last_served: float = field(default_factory=time.monotonic)
    checked: float = 0.0
    next_slot: float = 0.0
    last_success: datetime | None = None
    under_way: set[Key] = field(default_factory=set)
    retry: dict[Key, Refusal] = field(default_factory=dict)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    event: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, row: Subscription, held: list[HeldOrder], fence: int, asked: float) -> "Running":
        """From the row as it was loaded, with the rights of the moment `asked`, monotonic."""
        track = Track(row.position, row.position, ahead.read(row))
        run = cls(row, fence, Facts.of(row), track, state_of(row, held), Holding.of(held), checked=asked)
        run.last_success = row.last_success_time
        run.check_rights(row)
        return run

    def __post_init__(self) -> None:
        self.host = str(urlsplit(self.facts.settings.get("url", "")).netloc.rpartition("@")[2])

    @property
    def must_reload(self) -> bool:
        """Whether the row was changed since it was read."""
        return self.changes_seen != self.changes_read

    @property
    def may_work(self) -> bool:
        """Whether anything may begin for it at all."""
        return self.row.active and not (self.is_over or self.must_reload or self.state.disabled)

    def wake(self) -> None:
        """Have it look again."""
        self.event.set()

    def mark_changed(self) -> None:
        """Its row was changed: nothing begins before that is read."""
        self.changes_seen += 1
        self.wake()

    def reload(self, row: Subscription, held: list[HeldOrder]) -> None:
        """Take in the changed row. A new generation begins anew at the position of the row."""
        if row.generation != self.row.generation:
            self.track = Track(row.position, row.position)
        self.row, self.facts, self.has_more = row, Facts.of(row), True
        self.state, self.holding = state_of(row, held), Holding.of(held)
        self.leave_out(list(self.track.open.values()))
        self.retry = {key: self.retry[key] for key in self.retry if key in self.track.open}
        self.is_over = self.is_over or row.deleted
        self.__post_init__()
        self.check_rights(row)

    def check_rights(self, row: Subscription) -> None:
        """A caller without the right is sent nothing; `row` was read by delivery.engine.store.load."""
        if row.active and not row.deleted and not row.is_granted:  # type: ignore[attr-defined]  # load adds it
            self.state = pace.State(disabled="NOT_GRANTED")
            self.is_dirty = True

    def load(self, rows: list[Row], until: datetime, now: datetime) -> None:
        """Take in a page that was read up to `until`. What the filter does not let through is done."""
        self.track.load(rows, until)
        for row in rows:
            self.retry.pop(key_of(row), None)
            self.holding.outdate(row)
        self.leave_out(rows)
        self.hold_the_slowest(now)
        self.is_dirty = True

    def leave_out(self, rows: Iterable[Row]) -> None:
        """What the filter does not let through is done, and so is what is tried apart, as after a resend."""
        for row in rows:
            if self.holding.has(row) or not passes(row, self.row.order_status):
                self.track.finish(row)
                self.is_dirty = True

    def hold_the_slowest(self, now: datetime) -> None:
        """An order that 1,000 done ones wait behind is held without a try, so that the position moves."""
        while (row := self.track.first_open()) and self.track.done_ahead >= MAX_DONE_AHEAD:
            self.put_aside(row, now)

    def put_aside(self, row: Row, now: datetime) -> None:
        """Hold an order that is open, with the tries that it had and the time of the next."""
        tries, next_time, outcome = self.retry.pop(key_of(row), Refusal(0, now))
        self.holding.hold(row, tries, now, outcome, next_time)
        self.track.finish(row)
        self.is_dirty = True

    def next_row(self, now: datetime) -> tuple[Row, bool] | None:
        """What may be sent now, and whether it was held: held orders whose time has come, then the flow.

        While the receiver fails the flow comes first, because held orders may be what it always refuses.
        """
        held = self.holding.next_offered(self.under_way)
        if held and not self.state.failures:
            return held, True
        if not self.holding.is_full:
            for row in self.track.waiting():
                key = key_of(row)
                if key not in self.under_way and (key not in self.retry or self.retry[key].next_time <= now):
                    return row, False
        return (held, True) if held else None

    def begun(self, row: Row, *, was_held: bool) -> Begun:
        """A delivery of this order begins."""
        self.under_way.add(key_of(row))
        self.last_served = time.monotonic()
        between = pace.seconds_between(self.facts.settings.get("rate"))
        self.next_slot = max(self.next_slot, self.last_served - between) + between
        return Begun(self.row.generation, self.row.change_number, was_held)
