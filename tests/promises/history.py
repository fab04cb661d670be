"""A random history of publishing, for Hypothesis; an oracle knows what it amounts to."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from orders.heads import heads
from orders.models import STEP, FeedClock, FeedHead, SalesOrder, Shipment, StatusEvent
from orders.publishing import ingest
from testbed.events import FAR_AHEAD, Fields
from tests.promises.events import LINES
from tests.promises.oracle import Oracle
from wire.times import format_time

Scope = tuple[str, str]
"""channel or partner, and which."""


class History(RuleBasedStateMachine):
    """The writing side of the model, and what is to be seen of it.

    It begins with an empty feed whose clock is ahead, so that orders are published 20 µs apart.
    """

    def __init__(self) -> None:
        super().__init__()
        self.oracle = Oracle()
        self.sent: list[Fields] = []
        for model in (StatusEvent, Shipment, SalesOrder, FeedHead):
            model._default_manager.all().delete()
        heads.forget()
        FeedClock.objects.update(last_time=FAR_AHEAD)

    @rule(lines=LINES, batch_size=st.integers(1, 8))
    def publish(self, lines: list[Fields], batch_size: int) -> None:
        """New events, revisions, deletions and nonsense, in any order."""
        self.sent += lines
        self._publish(lines, batch_size)

    @rule(data=st.data(), batch_size=st.integers(1, 30))
    def publish_again(self, data: st.DataObject, batch_size: int) -> None:
        """What was sent comes again, twice and shuffled."""
        self._publish(data.draw(st.permutations(self.sent[-12:] * 2)), batch_size)

    @rule()
    def the_clock_jumps(self) -> None:
        """As after an hour in which the database's clock was ahead."""
        FeedClock.objects.update(last_time=FeedClock.newest() + timedelta(hours=1))

    def visible(self, scope: Scope) -> list[Fields]:
        """The orders of a scope, oldest change first."""
        name = f"{scope[0]}Id"
        orders = [self.oracle.document(key) for key in self.oracle.orders]
        return sorted(
            (order for order in orders if order[name] == scope[1]),
            key=lambda order: str(order["updatedTime"]),
        )

    def _publish(self, lines: list[Fields], batch_size: int) -> None:
        outcomes: Counter[str] = Counter()
        for start in range(0, len(lines), batch_size):
            outcomes.update(self._publish_batch(lines[start : start + batch_size]))

        assert sum(outcomes.values()) == len(lines)

    def _publish_batch(self, lines: list[Fields]) -> list[str]:
        newest = FeedClock.newest()
        outcomes, changed = self.oracle.publish(lines)

        summary = ingest.publish(lines)

        assert {name: count for name, count in asdict(summary).items() if count} == Counter(outcomes)
        times = dict(_times())
        assert sorted(times[key] for key in changed) == [
            format_time(newest + STEP * number) for number in range(1, len(changed) + 1)
        ]
        for key in changed:
            self.oracle.stamp(key, times[key])
        assert times == self.oracle.times
        return outcomes


def _times() -> list[tuple[tuple[str, str], str]]:
    rows = SalesOrder.objects.values_list("channel_id", "order_id", "updated_time")
    return [((channel, order_id), format_time(time)) for channel, order_id, time in rows]
