from datetime import UTC, datetime
from itertools import islice

import pytest

from demo.orders import CHANNELS, demo_orders
from orders.models import SalesOrder
from tests.conftest import Publish

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.wire
def test_everything_that_happens_to_demo_orders_is_published(publish: Publish) -> None:
    orders = demo_orders(count=60, now=NOW)
    events = [event for order in orders for event in order.history(NOW)]

    summary = publish(*events)

    assert summary.published + summary.revised + summary.deleted == len(events) > 300
    assert min(summary.revised, summary.deleted) > 0
    assert SalesOrder.objects.count() == 60
    assert set(SalesOrder.objects.values_list("channel_id", flat=True)) == set(CHANNELS)


def test_the_same_arguments_make_the_same_orders_and_another_seed_makes_others() -> None:
    first, again, other = (
        [event for order in demo_orders(count=5, now=NOW, seed=seed) for event in order.history(NOW)]
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_an_order_lives_on_from_where_its_history_ends() -> None:
    (order,) = demo_orders(count=1, now=NOW)
    past = list(order.history(order.created))
    times = [event["eventTime"] for event in islice(iter(order.step, None), 5) if event["revision"] == 1]

    assert past == []
    assert len(times) > 1
    assert times == sorted(times)
