"""The vocabulary of statuses, one line of meaning each (contract, sections 3, 6 and 8)."""

from collections.abc import Iterable

from django.db.models import TextChoices


class OrderStatus(TextChoices):
    """What an order's own events say of it."""

    NEW = "NEW", "accepted, nothing done yet"
    IN_PROGRESS = "IN_PROGRESS", "being fulfilled"
    BACK_ORDERED = "BACK_ORDERED", "waiting for stock"
    COMPLETED = "COMPLETED", "fulfilled, nothing more will happen"
    CANCELED = "CANCELED", "called off"
    ERROR = "ERROR", "needs somebody's attention"


class ShipmentStatus(TextChoices):
    """What a shipment's events say of it."""

    READY_TO_PICK = "READY_TO_PICK", "handed to the warehouse"
    PACKED = "PACKED", "in its parcel"
    READY_TO_SHIP = "READY_TO_SHIP", "waiting for the carrier"
    IN_TRANSIT = "IN_TRANSIT", "with the carrier"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY", "on the last leg"
    DELIVERED = "DELIVERED", "received"
    DELIVERY_FAILED = "DELIVERY_FAILED", "an attempt to deliver failed"
    REJECTED = "REJECTED", "refused by the receiver"
    RETURNED = "RETURNED", "back at the sender"
    LOST = "LOST", "cannot be found"
    CANCELED = "CANCELED", "called off"


def vocabulary(words: Iterable[TextChoices]) -> str:
    """The known words of an open list, each with its meaning."""
    lines = "\n".join(f"* `{word.value}`: {word.label}" for word in words)
    return f"{lines}\n\nThe list is open: treat a word that you do not know as progress, not as an error."
