"""What is kept of batches, and for how long."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from delivery.files import keeping
from delivery.models import Batch, BatchPart, Subscription
from testbed.events import event
from tests.conftest import Publish
from tests.delivery.files.folders import subscribe, working

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller", "outbox")]


@pytest.fixture
def row(deliverable: None, caller: object, outbox: Path, publish: Publish) -> Subscription:
    """A subscription with three batches, the last of which is not delivered."""
    found = subscribe()
    with working() as worker:
        for number in range(3):
            publish(event(orderId=f"O-{number}"))
            worker.catch_up(found)
    Batch.objects.filter(number=3).update(delivered_time=None)
    return found


def kept() -> list[int]:
    """The numbers of batches with their bytes."""
    numbers = set(BatchPart.objects.values_list("batch__number", flat=True))
    assert numbers == set(Batch.objects.filter(removed_time=None).values_list("number", flat=True))
    return sorted(numbers)


@pytest.mark.usefixtures("row")
def test_bytes_go_thirty_days_after_delivery_and_rows_stay() -> None:
    now = datetime.now(UTC)
    Batch.objects.filter(number=1).update(delivered_time=now - timedelta(days=30, seconds=1))
    Batch.objects.filter(number=2).update(delivered_time=now - timedelta(days=29, hours=23))
    Batch.objects.filter(number=3).update(made_time=now - timedelta(days=400))
    keeping.remove_old_bytes()

    assert kept() == [2, 3]
    assert Batch.objects.count() == 3


@pytest.mark.usefixtures("row")
@pytest.mark.parametrize(("room", "left"), [(3, [1, 2, 3]), (2, [2, 3]), (1, [3]), (0, [3])])
def test_the_oldest_go_where_a_caller_has_too_many(
    monkeypatch: pytest.MonkeyPatch, room: int, left: list[int]
) -> None:
    size = Batch.objects.values_list("size", flat=True)[0]
    monkeypatch.setattr(keeping, "MAX_BYTES", room * size)
    keeping.remove_old_bytes()

    assert kept() == left


def test_a_subscription_that_was_deleted_goes_with_its_batches(row: Subscription) -> None:
    Subscription.objects.update(deleted=True)
    keeping.tidy([row.shard_of()], [row.pk], [])
    under_way = Subscription.objects.count(), Batch.objects.count()
    keeping.tidy([row.shard_of()], [], [])

    assert under_way == (1, 3)
    assert (Subscription.objects.count(), Batch.objects.count(), BatchPart.objects.count()) == (0, 0, 0)
