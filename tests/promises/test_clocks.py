"""The database's clock goes wrong: times go on, and nobody loses anything.

Each test fails when FeedClock.advance takes the database's time alone, without `last_time + STEP`; and
the last one also when it takes `last_time + STEP` alone.
"""

from datetime import timedelta

import pytest
from django.db.models import DateTimeField, Expression, ExpressionWrapper, Value
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from callers.times import parse_time
from orders.models import STEP, SalesOrder
from tests.conftest import Publish
from tests.factories import Fields, event

pytestmark = pytest.mark.wire

HOUR = timedelta(hours=1)
FEED = "/v3/channel/lazada-th/sales-order-status"


class DatabaseClock:
    """Stands in for Now: the database's time, and how far it is off."""

    def __init__(self) -> None:
        self.off = timedelta()

    def __call__(self) -> Expression:
        return ExpressionWrapper(Now() + Value(self.off), output_field=DateTimeField())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> DatabaseClock:
    clock = DatabaseClock()
    monkeypatch.setattr("orders.models.Now", clock)
    return clock


class Follower:
    """A client that sends back what it was given, and has it all."""

    def __init__(self, api: Client) -> None:
        self.api = api
        self.since: str | None = None
        self.seen: list[Fields] = []

    def poll(self) -> list[str]:
        """The ids of what is new."""
        response = self.api.get(FEED, {"updatedSince": self.since} if self.since else {})
        assert response.status_code == 200
        body = response.json()
        self.seen += body["orders"]
        self.since = body["nextUpdatedSince"]
        return [order["orderId"] for order in body["orders"]]


@pytest.mark.parametrize("steps", [[-1], [1], [1, 0], [-1, 0], [0, 1, 0, -1, 1], [24, -24]], ids=str)
def test_times_increase_and_nothing_is_skipped_whatever_the_clock_does(
    api: Client, publish: Publish, clock: DatabaseClock, steps: list[int]
) -> None:
    follower = Follower(api)
    publish(event(orderId="O-0"))
    told = [follower.poll()]

    for hours in steps:
        clock.off = hours * HOUR
        publish(event(orderId="O-0"), event(orderId="O-1"))
        told.append(sorted(follower.poll()))

    times = [order["updatedTime"] for order in follower.seen]
    assert told == [["O-0"], *[["O-0", "O-1"]] * len(steps)]
    assert times == sorted(set(times))


def test_after_a_step_back_each_change_is_20_microseconds_after_the_last(
    api: Client, publish: Publish, clock: DatabaseClock
) -> None:
    follower = Follower(api)
    clock.off = HOUR
    publish(event(orderId="O-0"))
    follower.poll()
    clock.off = -HOUR

    for number in (1, 2):
        publish(event(orderId=f"O-{number}"))
        assert follower.poll() == [f"O-{number}"]

    first, second, third = [parse_time(order["updatedTime"]) for order in follower.seen]
    assert (second, third) == (first + STEP, first + 2 * STEP)
    assert third > timezone.now() + HOUR / 2


def test_when_the_clock_is_right_again_so_are_the_times(publish: Publish, clock: DatabaseClock) -> None:
    clock.off = -HOUR
    publish(event(orderId="O-0"))
    clock.off = timedelta()

    publish(event(orderId="O-1"))

    newest = SalesOrder.objects.get(order_id="O-1").updated_time
    assert abs(newest - timezone.now()) < HOUR / 2
