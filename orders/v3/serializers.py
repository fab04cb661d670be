"""The declared shape of v3 (contract, section 4). Tests hold the stored documents to it."""

from rest_framework import serializers

from orders.polling.parameters import MAX_IDS, MAX_PAGE_SIZE
from orders.statuses import OrderStatus, ShipmentStatus, vocabulary
from wire.fields import InstantField


class HistoryEntrySerializer(serializers.Serializer[None]):
    """One event, in its newest revision. A deleted event is absent."""

    eventId = serializers.CharField(max_length=100, help_text="Unique everywhere, and for ever.")
    status = serializers.CharField(help_text="What the order or shipment became.")
    detailedStatus = serializers.CharField(
        max_length=100, allow_null=True, help_text="A finer word for it; open text, passed through."
    )
    detail = serializers.CharField(max_length=4000, allow_null=True, help_text="A remark for people.")
    eventTime = InstantField(help_text="When it happened.")
    updatedTime = InstantField(help_text="When it was published here, in this revision.")


class ShipmentSerializer(serializers.Serializer[None]):
    """One parcel of an order."""

    shipmentId = serializers.CharField(max_length=100, help_text="Unique within the order.")
    trackingId = serializers.CharField(
        max_length=100, allow_null=True, help_text="The carrier's number; null until it is known."
    )
    carrier = serializers.CharField(
        max_length=100, allow_null=True, help_text="Who carries it; null until known."
    )
    shipmentStatus = serializers.CharField(
        allow_null=True,
        help_text="The `status` of the last entry of the history; null when that is empty.\n\n"
        + vocabulary(ShipmentStatus),
    )
    statusHistory = HistoryEntrySerializer(many=True, help_text="By `eventTime`, then `eventId`.")


class SalesOrderSerializer(serializers.Serializer[None]):
    """An order as it is now, with all that has happened to it and to its shipments."""

    orderId = serializers.CharField(max_length=100, help_text="Unique within the channel.")
    channelId = serializers.CharField(max_length=100, help_text="The shop front it came by.")
    partnerId = serializers.CharField(max_length=100, help_text="The merchant it belongs to.")
    orderCreatedTime = InstantField(help_text="When the order was placed.")
    updatedTime = InstantField(
        help_text="When its last visible change was published here: the paging key. Unique over all orders."
    )
    orderStatus = serializers.CharField(
        allow_null=True,
        help_text="The `status` of the last entry of the history; null when that is empty.\n\n"
        + vocabulary(OrderStatus),
    )
    statusHistory = HistoryEntrySerializer(many=True, help_text="By `eventTime`, then `eventId`.")
    shipments = ShipmentSerializer(many=True, help_text="Empty when there is none yet.")


class WindowSerializer(serializers.Serializer[None]):
    """What was asked for: changes later than `updatedSince`, up to and including `updatedUntil`."""

    updatedSince = InstantField(allow_null=True, help_text="Null: from the beginning.")
    updatedUntil = InstantField(allow_null=True, help_text="Null: up to now.")


class PageSerializer(serializers.Serializer[None]):
    """A page of the feed: orders by ascending `updatedTime`."""

    window = WindowSerializer()
    orders = serializers.ListField(child=SalesOrderSerializer(), max_length=MAX_PAGE_SIZE)
    hasMore = serializers.BooleanField(
        help_text="Whether there is a next page already; then `Link` names it."
    )
    nextUpdatedSince = InstantField(
        allow_null=True,
        help_text="Send it back as `updatedSince`. On an empty page: the `updatedSince` you sent, or null.",
    )


class OrdersByIdSerializer(serializers.Serializer[None]):
    """The orders that were asked for, in that order; a partner may have several of one id."""

    orders = SalesOrderSerializer(many=True)
    notFound = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=MAX_IDS, help_text="Ids without an order."
    )
    notShown = serializers.ListField(
        child=serializers.CharField(max_length=100),
        max_length=MAX_IDS,
        required=False,
        help_text="Ids that did not fit: an answer holds at most 8 MiB of orders. Ask for them again.",
    )
