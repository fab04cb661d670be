"""The list of a channel's orders: serializers, view and path."""

from django.db.models import Prefetch, QuerySet
from django.urls import path
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from orders.models import SalesOrder, Shipment, StatusEvent


class EventSerializer(serializers.ModelSerializer[StatusEvent]):
    eventId = serializers.CharField(source="event_id")  # noqa: N815 - the name on the wire
    detailedStatus = serializers.CharField(source="detailed_status")  # noqa: N815 - as above
    eventTime = serializers.DateTimeField(source="event_time")  # noqa: N815 - as above
    updatedTime = serializers.DateTimeField(source="updated_time")  # noqa: N815 - as above

    class Meta:
        model = StatusEvent
        fields = ["eventId", "status", "detailedStatus", "detail", "eventTime", "updatedTime"]


class ShipmentSerializer(serializers.ModelSerializer[Shipment]):
    shipmentId = serializers.CharField(source="shipment_id")  # noqa: N815 - as above
    trackingId = serializers.CharField(source="tracking_id")  # noqa: N815 - as above
    shipmentStatus = serializers.SerializerMethodField()  # noqa: N815 - as above
    statusHistory = EventSerializer(source="history", many=True)  # noqa: N815 - as above

    class Meta:
        model = Shipment
        fields = ["shipmentId", "trackingId", "carrier", "shipmentStatus", "statusHistory"]

    def get_shipmentStatus(self, shipment: Shipment) -> str | None:  # noqa: N802 - DRF wants the field's name
        history: list[StatusEvent] = shipment.history  # type: ignore[attr-defined]  # prefetched
        return history[-1].status if history else None


class OrderSerializer(serializers.ModelSerializer[SalesOrder]):
    orderId = serializers.CharField(source="order_id")  # noqa: N815 - as above
    channelId = serializers.CharField(source="channel_id")  # noqa: N815 - as above
    partnerId = serializers.CharField(source="partner_id")  # noqa: N815 - as above
    orderCreatedTime = serializers.DateTimeField(source="order_created_time")  # noqa: N815 - as above
    updatedTime = serializers.DateTimeField(source="updated_time")  # noqa: N815 - as above
    orderStatus = serializers.CharField(source="order_status")  # noqa: N815 - as above
    statusHistory = EventSerializer(source="own_history", many=True)  # noqa: N815 - as above
    shipments = ShipmentSerializer(many=True)

    class Meta:
        model = SalesOrder
        fields = [
            "orderId",
            "channelId",
            "partnerId",
            "orderCreatedTime",
            "updatedTime",
            "orderStatus",
            "statusHistory",
            "shipments",
        ]


class ChannelOrders(ListAPIView[SalesOrder]):
    serializer_class = OrderSerializer

    def get_queryset(self) -> QuerySet[SalesOrder]:
        """Four queries, whatever the number of orders."""
        live = StatusEvent.objects.filter(deleted=False).order_by("event_time", "event_id")
        since = self.request.query_params["since"]
        found = SalesOrder.objects.filter(channel_id=self.kwargs["channel"], updated_time__gt=since)
        return (
            found.defer("document")
            .order_by("updated_time")
            .prefetch_related(
                Prefetch("events", live.filter(shipment=None), to_attr="own_history"),
                "shipments",
                Prefetch("shipments__events", live, to_attr="history"),
            )[:100]
        )


urlpatterns = [path("orders/<str:channel>", ChannelOrders.as_view())]
