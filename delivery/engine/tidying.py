"""Removing what is kept for a while only: attempts, and subscriptions that were deleted."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from delivery.models import Attempt, Subscription

KEPT_FOR = timedelta(days=30)
MAX_DELIVERED, MAX_NOT_DELIVERED = 1_000, 10_000
"""Attempts that are kept of each subscription."""


def remove_deleted(shards: Collection[int], in_memory: Collection[int]) -> None:
    """Remove subscriptions of our shards that their callers deleted and that nothing is under way for."""
    rows = Subscription.objects.filter(deleted=True, shard__in=shards)
    for pk in set(rows.values_list("pk", flat=True)) - set(in_memory):
        Subscription.objects.filter(pk=pk).delete()


def trim_attempts(subscriptions: Iterable[int]) -> None:
    """Remove the attempts of these subscriptions that are too old or too many."""
    for pk in subscriptions:
        attempts = Attempt.objects.filter(subscription=pk)
        attempts.filter(time__lt=datetime.now(UTC) - KEPT_FOR).delete()
        delivered = attempts.filter(outcome="DELIVERED")
        others = attempts.exclude(outcome="DELIVERED")
        for kept, most in ((delivered, MAX_DELIVERED), (others, MAX_NOT_DELIVERED)):
            newest = kept.order_by("-id").values_list("id", flat=True)[most : most + 1]
            for last in list(newest):
                kept.filter(id__lte=last).delete()
