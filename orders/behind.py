"""How far somebody is behind who was given a feed up to some time."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Q

from callers.models import Scope
from orders.models import FeedClock, FeedHead, SalesOrder
from wire.times import EARLIEST

MAX_COUNTED = 10_000


def behind(scope: Scope, given_until: datetime | None) -> tuple[int, float]:
    """How many orders changed after that, up to 10,000, and for how many seconds the first has waited.

    One query when there is none, otherwise three. Asks the primary, as it is where changes are first.
    """
    later = SalesOrder.objects.visible_to(scope).updated_after(given_until or EARLIEST)
    first = later.in_feed_order().values_list("updated_time", flat=True).first()
    if first is None:
        return 0, 0.0
    now = max(datetime.now(UTC), FeedClock.newest())
    return later[:MAX_COUNTED].count(), round((now - first).total_seconds(), 3)


def newest_times(scopes: Collection[Scope]) -> dict[Scope, datetime]:
    """The heads of these scopes, from where pages are read. Those without orders are left out. One query."""
    wanted = Q()
    for kind in {scope.kind for scope in scopes}:
        identifiers = [scope.identifier for scope in scopes if scope.kind == kind]
        wanted |= Q(kind=kind, identifier__in=identifiers)
    return FeedHead.objects.using(settings.FEED_DATABASE).filter(wanted).newest() if wanted else {}
