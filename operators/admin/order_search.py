"""Finding orders among ten million: by values that are whole, and by indexes only."""

from django.db.models import QuerySet

from orders.models import FeedHead, SalesOrder, Shipment

MAX_FOUND = 1_000


def found_by(text: str) -> set[int]:
    """The keys of orders with this id, or with a shipment of this id or tracking number. Four queries.

    There is no index on the id of an order alone, which publishing would pay for: it is looked up in each
    channel that has a head.
    """
    channels = list(_heads().values_list("identifier", flat=True))
    orders = SalesOrder.objects.filter(channel_id__in=channels, order_id=text).values_list("pk", flat=True)
    by_id = Shipment.objects.filter(shipment_id=text).values_list("order_id", flat=True)
    by_number = Shipment.objects.filter(tracking_id=text).values_list("order_id", flat=True)
    return {key for rows in (orders, by_id, by_number) for key in rows[:MAX_FOUND]}


def newest(count: int) -> set[int]:
    """The keys of the newest orders of the channel that changed last. Two queries."""
    head = _heads().order_by("-updated_time").first()
    if head is None:
        return set()
    orders = SalesOrder.objects.filter(channel_id=head.identifier).order_by("-updated_time")
    return set(orders.values_list("pk", flat=True)[:count])


def _heads() -> QuerySet[FeedHead]:
    return FeedHead.objects.filter(kind="channel")
