"""What orders are made of: shipments, and the events that name them."""

from django.db import models


class Shipment(models.Model):
    """One parcel of an order, known by the events that name it."""

    order = models.ForeignKey("orders.SalesOrder", on_delete=models.PROTECT, related_name="shipments")
    shipment_id = models.CharField(max_length=100)
    tracking_id = models.CharField(max_length=100, null=True)  # noqa: DJ001 - null on the wire, so null here
    carrier = models.CharField(max_length=100, null=True)  # noqa: DJ001 - null on the wire, so null here

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "shipment_id"], name="one_shipment_per_order_and_id"),
        ]
        # Operators search by them
        indexes = [models.Index(fields=[f"{of}_id"], name=f"{of}_search") for of in ("shipment", "tracking")]


class StatusEvent(models.Model):
    """The newest revision of one published event (contract, section 8).

    A deletion that came before its event has no order, and neither has an event of an order that was erased;
    only id and revision mean anything. One that was withdrawn has no texts (orders.publishing.drafts).
    Publishing loads the rows as `orders.documents.KnownEvent`.
    """

    event_id = models.CharField(max_length=100, primary_key=True)
    revision = models.BigIntegerField()
    deleted = models.BooleanField()
    order = models.ForeignKey("orders.SalesOrder", on_delete=models.PROTECT, null=True, related_name="events")
    # No constraint: without an index PostgreSQL would read all events for each shipment that is removed
    shipment = models.ForeignKey(
        Shipment,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
        db_constraint=False,
    )
    order_created_time = models.DateTimeField(null=True)
    status = models.CharField(max_length=20)
    detailed_status = models.CharField(max_length=100, null=True)  # noqa: DJ001 - null on the wire, so null here
    detail = models.TextField(null=True)  # noqa: DJ001 - null on the wire, so null here
    tracking_id = models.CharField(max_length=100, null=True)  # noqa: DJ001 - null on the wire, so null here
    carrier = models.CharField(max_length=100, null=True)  # noqa: DJ001 - null on the wire, so null here
    event_time = models.DateTimeField(null=True)
    updated_time = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["event_id"],
                condition=models.Q(deleted=True) & ~models.Q(status=""),
                name="withdrawn_with_texts",
            ),
        ]
