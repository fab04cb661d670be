"""A subscription that is being delivered, in memory: its place in the feed, its pace, its held orders."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from delivery import pace
from delivery.engine.holding import Holding
from delivery.engine.track import Key, Track, key_of
from delivery.models import HeldOrder, Subscription
from delivery.transport import Facts
from orders.forms import Row

MAX_HELD = 1_000


class _Status(msgspec.Struct):
    """As much of a document as a filter needs."""

    orderStatus: str | None  # noqa: N815 - the name in the document


_STATUS = msgspec.json.Decoder(_Status)


@dataclass(eq=False)
class Running:
    """What one subscription is doing. Only the event loop touches it."""

    row: Subscription
    facts: Facts
    track: Track
    state: pace.State
    holding: Holding
    has_more: bool = True
    is_slow: bool = False
    is_dirty: bool = False
    is_over: bool = False
    must_reload: bool = False
    last_served: float = field(default_factory=time.monotonic)
    checked: float = field(default_factory=time.monotonic)
    next_slot: float = 0.0
    last_success: datetime | None = None
    under_way: set[Key] = field(default_factory=set)
    retry: dict[Key, tuple[int, datetime]] = field(default_factory=dict)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    event: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, row: Subscription, held: list[HeldOrder]) -> "Running":
        """From the row as it was loaded."""
        run = cls(row, Facts.of(row), Track(row.position, row.position), _state_of(row), Holding.of(held))
        run.last_success = row.last_success_time
        return run

    @property
    def host(self) -> str:
        """Whose connections it takes."""
        return str(urlsplit(self.facts.settings.get("url", "")).netloc.rpartition("@")[2])

    @property
    def may_work(self) -> bool:
        """Whether anything may begin for it at all."""
        return self.row.active and not (self.is_over or self.must_reload or self.state.disabled)

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing to do now, and nothing to save."""
        if self.under_way or self.is_dirty:
            return False
        return not self.may_work or not (self.track.open or self.has_more)

    def wake(self) -> None:
        """Have it look again."""
        self.event.set()

    def reload(self, row: Subscription, held: list[HeldOrder]) -> None:
        """Take in the row as it is now. A new generation begins anew at the position of the row."""
        began_anew = row.generation != self.row.generation
        was_told = row.change_number != self.row.change_number
        self.row, self.facts = row, Facts.of(row)
        if began_anew:
            self.track = Track(row.position, row.position)
            self.retry.clear()
        if began_anew or was_told:
            self.state, self.holding, self.has_more = _state_of(row), Holding.of(held), True
        if row.deleted:
            self.is_over = True
        elif row.active and not row.is_granted:  # type: ignore[attr-defined]  # delivery.engine.store.load adds it
            self.state = pace.State(disabled="NOT_GRANTED")
            self.is_dirty = True

    def load(self, rows: list[Row], until: datetime) -> None:
        """Take in a page that was read up to `until`. What the filter does not let through is done."""
        self.track.load(rows, until)
        wanted = self.row.order_status
        for row in rows:
            self.retry.pop(key_of(row), None)
            if wanted and _STATUS.decode(row.document).orderStatus not in wanted:
                self.track.finish(row)
        self.is_dirty = True

    def next_row(self, now: datetime) -> tuple[Row, bool] | None:
        """What may be sent now, and whether it was held: held orders whose time has come, then the flow."""
        held = self.holding.next_offered(self.under_way)
        if held:
            return held, True
        if len(self.holding.orders) >= MAX_HELD:
            return None
        for row in self.track.waiting():
            key = key_of(row)
            if key not in self.under_way and (key not in self.retry or self.retry[key][1] <= now):
                return row, False
        return None

    def begun(self, row: Row) -> None:
        """A delivery of this order begins."""
        self.under_way.add(key_of(row))
        self.last_served = time.monotonic()
        between = pace.seconds_between(self.facts.settings.get("rate"))
        self.next_slot = max(self.next_slot, self.last_served - between) + between

    def next_event(self) -> datetime | None:
        """When something may be sent that may not be sent now."""
        times = [self.state.next_time, self.holding.next_time(), *(when for _, when in self.retry.values())]
        return min((when for when in times if when), default=None)


def _state_of(row: Subscription) -> pace.State:
    return pace.State(
        concurrency=1,
        failures=row.failures,
        failing_since=row.failing_since_time,
        next_time=row.next_attempt_time,
        disabled=row.disabled_reason if not row.active else "",
    )
