"""How long the bytes of batches are kept (contract, section 11). Those of an undelivered one stay."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from delivery.engine.tidying import remove_deleted
from delivery.models import Batch, BatchPart

KEPT_FOR = timedelta(days=30)
MAX_AT_ONCE = 100


def tidy(shards: Collection[int], under_way: Collection[int]) -> None:
    """Remove what nobody needs any more."""
    remove_deleted(shards, under_way)
    old = Batch.objects.filter(removed_time=None, delivered_time__lt=datetime.now(UTC) - KEPT_FOR)
    for batch in old.filter(subscription__shard__in=list(shards))[:MAX_AT_ONCE]:
        remove_bytes(batch)


def remove_bytes(batch: Batch) -> None:
    """The row stays, and says since when."""
    Batch.objects.filter(pk=batch.pk).update(removed_time=datetime.now(UTC))
    BatchPart.objects.filter(batch=batch).delete()
