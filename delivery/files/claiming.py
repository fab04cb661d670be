"""Which subscriptions have a file to cut or to send, and what they look like now. Reads of the primary."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from callers.models import Grant
from delivery.models import Batch, Subscription


def due(
    shards: Collection[int], now: datetime, count: int, without: Collection[int]
) -> list[tuple[int, int]]:
    """Key and shard of up to `count` subscriptions of these shards that have work now, the longest due first.

    A batch that is not delivered comes before the next is cut, at the time of its next try.
    """
    waiting = Batch.objects.filter(subscription=OuterRef("pk"), delivered_time=None)
    rows = Subscription.objects.filter(shard__in=list(shards), active=True, deleted=False, confirmed=True)
    rows = rows.exclude(pk__in=list(without)).filter(
        Q(next_attempt_time=None) | Q(next_attempt_time__lte=now)
    )
    found = rows.filter(Q(due_time__lte=now) | Exists(waiting)).order_by("due_time", "pk")
    return list(found.values_list("pk", "shard")[:count])


def load(pk: int) -> Subscription | None:
    """The subscription with its rights now (`is_granted`); None when it is gone."""
    grant = Grant.objects.filter(
        caller=OuterRef("caller"), kind=OuterRef("kind"), identifier=OuterRef("identifier")
    )
    rows = Subscription.objects.filter(pk=pk).select_related("caller")
    return rows.annotate(is_granted=Exists(grant) & Q(caller__revoked_time=None)).first()


def changed(pks: Collection[int]) -> dict[int, int]:
    """The change numbers of these subscriptions; one that is gone is missing."""
    found = Subscription.objects.filter(pk__in=list(pks), deleted=False)
    return dict(found.values_list("pk", "change_number"))
