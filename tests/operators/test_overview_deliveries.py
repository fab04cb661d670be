"""What the overview says of deliveries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from callers.models import Caller
from delivery.models import FILE_SHARDS, ORDER_SHARDS, DeliverProcess, HeldOrder, Subscription
from operators.overview.figure import Tone
from operators.overview.figures import Figure
from operators.overview.findings import Process
from operators.overview.gathering import gather
from tests.delivery.engine.subscriptions import saved
from tests.operators.overviews import caller, figure

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


@pytest.fixture
def shop(deliverable: None) -> Caller:
    """A caller whose subscriptions a test makes."""
    return Caller.objects.get(pk=caller("shop"))


def subscribed(shop: Caller, name: str, **members: Any) -> Subscription:
    return saved(shop, public_id=name, name=name, **members)


def runs(shards: range) -> None:
    """A process delivers these shards."""
    until = datetime.now(UTC) + timedelta(seconds=20)
    DeliverProcess.objects.create(owner=f"owner {shards}", until=until, first_shard=shards.start)


def hold(row: Subscription) -> None:
    now = datetime.now(UTC)
    HeldOrder.objects.create(
        subscription=row, channel_id="lazada-th", order_id="A", updated_time=now, held_time=now
    )


def test_without_subscriptions_nobody_needs_deliver(deliverable: None) -> None:
    assert figure("deliver").tone == Tone.IDLE
    assert figure("subscriptions").tone == Tone.IDLE


def test_deliver_that_does_not_run_turns_red_as_soon_as_a_subscription_waits_for_it(shop: Caller) -> None:
    subscribed(shop, "sub1")
    before = figure("deliver")
    runs(ORDER_SHARDS)

    assert before == Figure(
        "deliver", "Deliverers", Tone.ALARM, "Stopped", "No process sends orders; 1 subscription in all."
    )
    assert (figure("deliver").tone, figure("deliver").word) == (Tone.OK, "Running")


def test_the_process_for_files_is_missed_of_its_own(shop: Caller) -> None:
    subscribed(shop, "sub1", mechanism="file", due_time=datetime.now(UTC))
    runs(ORDER_SHARDS)
    before = figure("deliver").sentence
    runs(FILE_SHARDS)

    assert before == "No process sends files; 1 subscription in all."
    assert figure("deliver").tone == Tone.OK


def test_a_batch_that_is_due_for_long_is_late(shop: Caller) -> None:
    now = datetime.now(UTC)
    row = subscribed(shop, "sub1", mechanism="file", due_time=now - timedelta(minutes=4))
    before = figure("batches")
    Subscription.objects.filter(pk=row.pk).update(due_time=now - timedelta(minutes=6))

    assert (before.tone, before.word) == (Tone.OK, "None")
    assert (figure("batches").tone, figure("batches").word) == (Tone.WARNING, "1")


def test_what_is_not_told_everything_is_listed_with_the_reason_in_a_sentence(shop: Caller) -> None:
    subscribed(shop, "well")
    hold(subscribed(shop, "held"))
    subscribed(shop, "failing", failures=3, failing_since_time=datetime(2026, 11, 24, 9, tzinfo=UTC))
    subscribed(shop, "gone", active=False, disabled_reason="GONE")

    found = gather().deliveries

    assert found is not None
    assert found.states == {"ACTIVE": 2, "FAILING": 1, "DISABLED": 1}
    assert [(row.subscription_id, row.state, row.held_orders) for row in found.troubles] == [
        ("gone", "DISABLED", 0),
        ("failing", "FAILING", 0),
        ("held", "ACTIVE", 1),
    ]
    assert [row.reason.split(".")[0] for row in found.troubles] == [
        "Disabled: nothing is sent until it is resumed",
        "Failing since 2026-11-24 09:00:00 UTC",
        "Delivering, but 1 order is held: refused, or waiting to be resent",
    ]
    assert "The receiver answered 410 Gone." in found.troubles[0].reason
    assert figure("subscriptions").word == "2 not told"


def test_however_many_fail_the_queries_are_bounded(
    shop: Caller, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        hold(subscribed(shop, f"sub{number}", failures=number))

    with django_assert_max_num_queries(65):
        found = gather().deliveries

    assert found is not None
    assert len(found.troubles) == 10
    assert found.orders == Process(processes=0, leases=0, subscriptions=30)
