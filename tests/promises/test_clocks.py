"""The database's clock goes wrong: times go on, and nobody loses anything.

What must be there for these tests to pass, tried by taking it out:
* `last_time + STEP` in `orders.clock.FeedClock.advance`: without it what is published after a step back is
  missed;
* `database_time` there: without it times do not come back to those of the clock when it is right again.
"""

from datetime import datetime, timedelta

import pytest
from django.db.models import DateTimeField, Expression, ExpressionWrapper, Value
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from orders.models import STEP, SalesOrder
from testbed.events import event, new_orders
from testbed.feeds import CHANNEL
from testbed.pollers import LinkPoller, Poller
from tests.conftest import Publish
from wire.times import parse_time

pytestmark = pytest.mark.wire

HOUR = timedelta(hours=1)


class DatabaseClock:
    """Stands in for Now: the database's time, and how far it is off."""

    def __init__(self) -> None:
        self.off = timedelta()

    def __call__(self) -> Expression:
        return ExpressionWrapper(Now() + Value(self.off), output_field=DateTimeField())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> DatabaseClock:
    clock = DatabaseClock()
    monkeypatch.setattr("orders.clock.Now", clock)
    return clock


def time_of(poller: Poller, number: int) -> datetime:
    return parse_time(poller.held[CHANNEL, f"O-{number}"]["updatedTime"])


@pytest.mark.parametrize("steps", [[-1], [1], [1, 0], [-1, 0], [0, 1, 0, -1, 1], [24, -24]], ids=str)
def test_times_increase_and_nothing_is_skipped_whatever_the_clock_does(
    api: Client, publish: Publish, clock: DatabaseClock, steps: list[int]
) -> None:
    pollers = [Poller(), Poller(milliseconds=True), LinkPoller(CHANNEL, 1)]
    seen: list[str] = []
    for poller in pollers:
        poller.notice = lambda key, order: seen.append(order.get("updatedTime", ""))

    for hours in [0, *steps]:
        clock.off = hours * HOUR
        publish(event(orderId="O-0"), event(orderId="O-1"))
        assert [poller.catch_up(api) for poller in pollers] == [2, 2, 2]

    told = [time for time in seen if time]
    assert len(set(told)) == 2 * len([0, *steps])


def test_after_a_step_back_each_change_is_20_microseconds_after_the_last(
    api: Client, publish: Publish, clock: DatabaseClock
) -> None:
    poller = Poller()
    clock.off = HOUR
    publish(event(orderId="O-0"))
    poller.poll(api)
    clock.off = -HOUR

    for number in (1, 2):
        publish(event(orderId=f"O-{number}"))
        assert poller.poll(api) == 1

    first = time_of(poller, 0)
    assert [time_of(poller, number) for number in (1, 2)] == [first + STEP, first + 2 * STEP]
    assert first > timezone.now() + HOUR / 2


@pytest.mark.parametrize("milliseconds", [False, True])
def test_a_feed_that_waits_for_the_clock_goes_on_page_by_page(
    api: Client, publish: Publish, clock: DatabaseClock, milliseconds: bool
) -> None:
    """Fifty changes share a millisecond, so that one who keeps no more is told some twice, and moves on."""
    poller = Poller(milliseconds=milliseconds)
    clock.off = HOUR
    publish(*new_orders(1))
    clock.off = -HOUR

    publish(*new_orders(350))

    assert poller.catch_up(api) == 350
    assert time_of(poller, 350) - time_of(poller, 1) < timedelta(milliseconds=7)


def test_when_the_clock_is_right_again_so_are_the_times(publish: Publish, clock: DatabaseClock) -> None:
    clock.off = -HOUR
    publish(event(orderId="O-0"))
    clock.off = timedelta()

    publish(event(orderId="O-1"))

    newest = SalesOrder.objects.get(order_id="O-1").updated_time
    assert abs(newest - timezone.now()) < HOUR / 2
