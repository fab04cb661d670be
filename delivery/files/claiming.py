"""Which subscriptions have a file to cut or to send, and what they look like now. Reads of the primary."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db.models import Exists, OuterRef, Q

from callers.models import Grant
from delivery.models import Batch, Subscription

MAX_FOUND = 1_000


@dataclass(frozen=True)
class Due:
    """A subscription that has work: by `host`, where it is sent, and whether its last try failed."""

    pk: int
    shard: int
    host: str
    is_failing: bool


def due(shards: Collection[int], now: datetime, without: Collection[int]) -> list[Due]:
    """Up to 1,000 subscriptions of these shards that have work now: failing ones last, the longest due first.

    A batch that is not delivered comes before the next is cut, at the time of its next try.
    """
    waiting = Batch.objects.filter(subscription=OuterRef("pk"), delivered_time=None)
    rows = Subscription.objects.filter(shard__in=list(shards), active=True, deleted=False, confirmed=True)
    has_no_wait = Q(next_attempt_time=None) | Q(next_attempt_time__lte=now)
    rows = rows.exclude(pk__in=list(without)).filter(has_no_wait)
    found = rows.filter(Q(due_time__lte=now) | Exists(waiting)).order_by("failures", "due_time", "pk")
    columns = found.values_list("pk", "shard", "mechanism", "settings__url", "failures")[:MAX_FOUND]
    return [
        Due(pk, shard, host_of(mechanism, url), failures > 0)
        for pk, shard, mechanism, url, failures in columns
    ]


def host_of(mechanism: str, url: str | None) -> str:
    """What a subscription shares with others: the server that it is sent to, or the way there."""
    return urlsplit(url).netloc.rpartition("@")[2] if url else mechanism


def load(pk: int) -> Subscription | None:
    """The subscription with its rights now (`is_granted`); None when it is gone."""
    rows = Subscription.objects.filter(pk=pk).select_related("caller")
    return rows.annotate(is_granted=_has_grant() & Q(caller__revoked_time=None)).first()


def numbers(pks: Collection[int]) -> dict[int, int]:
    """The change numbers of these subscriptions; one that is gone, or lost its right, is missing."""
    found = Subscription.objects.filter(pk__in=list(pks), deleted=False, caller__revoked_time=None)
    return dict(found.filter(_has_grant()).values_list("pk", "change_number"))


def _has_grant() -> Exists:
    """Whether the caller of a subscription may read its orders."""
    return Exists(
        Grant.objects.filter(
            caller=OuterRef("caller"), kind=OuterRef("kind"), identifier=OuterRef("identifier")
        )
    )
