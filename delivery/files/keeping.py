"""How long batches are kept (contract, section 11). The bytes of one that is not delivered stay."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet, Sum

from delivery.engine.tidying import remove_deleted, trim_attempts
from delivery.models import Batch, BatchPart, Subscription

KEPT_FOR = timedelta(days=30)
MAX_BYTES = 1024**3
"""Of the files of a caller that are kept, as they were sent; above it the oldest go first."""
MAX_AT_ONCE = 1_000


def tidy(shards: Collection[int], under_way: Collection[int], served: Iterable[int]) -> None:
    """Remove subscriptions that were deleted, and attempts of those that were served."""
    gone = Subscription.objects.filter(deleted=True, shard__in=list(shards)).exclude(pk__in=list(under_way))
    for batch in Batch.objects.filter(subscription__in=gone, removed_time=None):
        remove_bytes(batch)  # one by one, since a statement has seconds
    remove_deleted(shards, under_way)
    trim_attempts(served)


def remove_old_bytes() -> None:
    """Remove the bytes of files that are kept for long enough, or that a caller has too many of."""
    old = datetime.now(UTC) - KEPT_FOR
    for batch in _kept().filter(delivered_time__lt=old).order_by("delivered_time")[:MAX_AT_ONCE]:
        remove_bytes(batch)
    totals = Batch.objects.filter(removed_time=None).values_list("subscription__caller")
    for caller_id, total in totals.annotate(total=Sum("size")).filter(total__gt=MAX_BYTES):
        _make_room(caller_id, total - MAX_BYTES)


@transaction.atomic
def remove_bytes(batch: Batch) -> None:
    """The row stays, and says since when."""
    Batch.objects.filter(pk=batch.pk).update(removed_time=datetime.now(UTC))
    BatchPart.objects.filter(batch=batch).delete()


def _make_room(caller_id: int, too_many: int) -> None:
    own = _kept().filter(subscription__caller=caller_id, delivered_time__isnull=False)
    for batch in own.order_by("delivered_time")[:MAX_AT_ONCE]:
        if too_many <= 0:
            return
        remove_bytes(batch)
        too_many -= batch.size


def _kept() -> QuerySet[Batch]:
    return Batch.objects.filter(removed_time=None)
