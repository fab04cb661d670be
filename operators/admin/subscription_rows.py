"""Subscriptions as a list of them needs them: with what lies in other tables, in one query."""

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from delivery.models import HeldOrder, Subscription
from orders.models import SalesOrder


def listed(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """With the caller, how many orders are held (`held`), and since when a change waits (`waiting_time`)."""
    held = HeldOrder.objects.filter(subscription=OuterRef("pk")).order_by().values("subscription")
    return (
        rows.filter(deleted=False)
        .select_related("caller")
        .annotate(
            held=Coalesce(Subquery(held.annotate(count=Count("pk")).values("count")), 0),
            waiting_time=Case(
                When(kind="channel", then=_first_waiting("channel_id")),
                default=_first_waiting("partner_id"),
            ),
        )
    )


def _first_waiting(column: str) -> Subquery:
    """The time of the first change in the feed after the position; found by the index of the feed."""
    later = SalesOrder.objects.filter(
        **{column: OuterRef("identifier")}, updated_time__gt=OuterRef("position")
    )
    return Subquery(later.order_by("updated_time").values("updated_time")[:1])
