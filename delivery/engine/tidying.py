"""Removing what is kept for a while only: attempts, and subscriptions that were deleted.

A statement removes at most BATCH rows, so that none holds a lock for long.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from delivery.models import Attempt, Subscription

KEPT_FOR = timedelta(days=30)
MAX_DELIVERED, MAX_NOT_DELIVERED = 1_000, 10_000
"""Attempts that are kept of each subscription."""
TRIM_AFTER = 200
"""Attempts; a subscription that had so many since it was trimmed is trimmed again."""
TRIMMED_IN_TURN = 20
"""Subscriptions that are trimmed at each tidying, whether they deliver or not."""
BATCH = 2_000


class Tried:
    """How many attempts each subscription had since it was trimmed."""

    def __init__(self) -> None:
        self._counts = Counter[int]()

    def count(self, pk: int) -> None:
        """One more."""
        self._counts[pk] += 1

    def take_busy(self) -> list[int]:
        """Those that are to be trimmed. The others are trimmed in turn, and are not counted for ever."""
        busy = [pk for pk, count in self._counts.items() if count >= TRIM_AFTER]
        for pk in busy:
            del self._counts[pk]
        return busy


def remove_deleted(shards: Collection[int], in_memory: Collection[int]) -> None:
    """Remove subscriptions of our shards that their callers deleted and that nothing is under way for."""
    rows = Subscription.objects.filter(deleted=True, shard__in=shards)
    for pk in set(rows.values_list("pk", flat=True)) - set(in_memory):
        Subscription.objects.filter(pk=pk).delete()


def trim_attempts(subscriptions: Iterable[int]) -> None:
    """Remove the attempts of these subscriptions that are too many."""
    for pk in subscriptions:
        attempts = Attempt.objects.filter(subscription=pk)
        _keep_newest(attempts.filter(outcome="DELIVERED"), MAX_DELIVERED)
        _keep_newest(attempts.exclude(outcome="DELIVERED"), MAX_NOT_DELIVERED)


def trim_next(shards: Collection[int], after: int) -> int:
    """Trim the next few subscriptions of our shards; the last of them, or 0 to begin again."""
    rows = Subscription.objects.filter(shard__in=shards, pk__gt=after).order_by("pk")
    pks = list(rows.values_list("pk", flat=True)[:TRIMMED_IN_TURN])
    trim_attempts(pks)
    return pks[-1] if pks else 0


def remove_old_attempts() -> None:
    """Remove the attempts of all subscriptions that are too old. They lie first, because ids grow in time."""
    too_old = datetime.now(UTC) - KEPT_FOR
    while True:
        oldest = list(Attempt.objects.order_by("pk").values_list("pk", "time")[:BATCH])
        old = [pk for pk, time in oldest if time < too_old]
        Attempt.objects.filter(pk__in=old).delete()
        if len(old) < BATCH:
            return


def _keep_newest(attempts: QuerySet[Attempt], count: int) -> None:
    last = attempts.order_by("-pk").values_list("pk", flat=True)[count : count + 1].first()
    while last is not None:
        surplus = list(attempts.filter(pk__lte=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
        Attempt.objects.filter(pk__in=surplus).delete()
        if len(surplus) < BATCH:
            return
