"""Orders, and the questions one can ask of them; the rest is in orders.clock, .events and .forgotten."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models

from callers.models import Scope
from orders.clock import STEP, FeedClock, FeedHead
from orders.events import Shipment, StatusEvent
from orders.forgotten import Forgotten

__all__ = [
    "REPRESENTATION",
    "STEP",
    "FeedClock",
    "FeedHead",
    "Forgotten",
    "SalesOrder",
    "SalesOrderQuerySet",
    "Shipment",
    "StatusEvent",
]


REPRESENTATION = 2
"""The number of the shape in which orders are stored: the document (orders.documents) and its fragment
(orders.fragments). Raise it when one of them changes, and make a migration as 0005_outdated_orders,
because an index names it; then `manage.py render_documents` rewrites the older orders."""


class SalesOrderQuerySet(models.QuerySet["SalesOrder"]):
    """The feed: what a poller may ask."""

    def visible_to(self, scope: Scope) -> Self:
        """The orders of one channel, or of one partner across channels."""
        if scope.kind == "channel":
            return self.filter(channel_id=scope.identifier)
        return self.filter(partner_id=scope.identifier)

    def updated_after(self, since: datetime) -> Self:
        """Changed later than `since`."""
        return self.filter(updated_time__gt=since)

    def updated_until(self, until: datetime) -> Self:
        """Changed at `until` or before it, so that windows (since, until] tile."""
        return self.filter(updated_time__lte=until)

    def filed_under(self, column: str, value: str) -> Self:
        """Filed under `value` in `column`: a status, as one of the wires tells it."""
        return self.filter(**{column: value})

    def named(self, order_ids: Iterable[str]) -> Self:
        """With one of these ids; a partner may have several orders of one id, in different channels."""
        return self.filter(order_id__in=order_ids)

    def newest_by_scope(self) -> dict[Scope, datetime]:
        """The newest time in each channel and of each partner. Two queries, which read every order."""
        return {
            Scope(kind, identifier): time
            for kind in ("channel", "partner")
            for identifier, time in self.values_list(f"{kind}_id").annotate(time=models.Max("updated_time"))
        }

    def outdated(self) -> Self:
        """Stored in an older representation. The index `outdated_orders` holds these alone."""
        return self.filter(representation__lt=REPRESENTATION)

    def in_feed_order(self) -> Self:
        """Oldest change first: the one order of the feed."""
        return self.order_by("updated_time")


class SalesOrder(models.Model):
    """An order as it is now, with the v3 JSON text that pages are made of (orders.documents)."""

    channel_id = models.CharField(max_length=100)
    partner_id = models.CharField(max_length=100)
    order_id = models.CharField(max_length=100)
    order_created_time = models.DateTimeField()
    order_status = models.CharField(max_length=20, null=True)  # noqa: DJ001 - null means: no event to tell it
    v2_status = models.CharField(max_length=20, null=True)  # noqa: DJ001 - null means: no event to tell it
    updated_time = models.DateTimeField()
    representation = models.PositiveSmallIntegerField()
    document = models.TextField()
    fragment = models.BinaryField(null=True)
    """The document compressed, for pages in gzip (orders.fragments): good only while `fragment_time` is
    `updated_time`, because publishers of the first release rewrite the document alone."""
    fragment_time = models.DateTimeField(null=True)

    objects = SalesOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel_id", "order_id"], name="one_order_per_channel_and_id"),
            # The clock makes times unique; an index on them alone would tempt PostgreSQL to walk all channels
            models.UniqueConstraint(fields=["channel_id", "updated_time"], name="channel_feed"),
            models.UniqueConstraint(fields=["partner_id", "updated_time"], name="partner_feed"),
        ]
        indexes = [
            models.Index(fields=["channel_id", "order_status", "updated_time"], name="channel_status_feed"),
            models.Index(fields=["partner_id", "order_status", "updated_time"], name="partner_status_feed"),
            models.Index(fields=["channel_id", "v2_status", "updated_time"], name="channel_v2_status_feed"),
            models.Index(fields=["partner_id", "v2_status", "updated_time"], name="partner_v2_status_feed"),
            models.Index(fields=["partner_id", "order_id"], name="partner_order_id"),
            models.Index(
                fields=["id"],
                condition=models.Q(representation__lt=REPRESENTATION),
                name="outdated_orders",
            ),
        ]
