"""The declared shapes of v2 (contract, sections 6 and 7). Tests hold what v2 answers to them."""

from typing import Any

from rest_framework import serializers

from orders.statuses import OrderStatus, vocabulary
from wire.fields import InstantField

WORDS = [word for word in OrderStatus if word is not OrderStatus.BACK_ORDERED]
"""The statuses that v2 can tell."""


class PartnerIdField(serializers.Field[int | str, Any, int | str, Any]):
    """An integer when it looks like one, else a string."""


class LegacyStatusSerializer(serializers.Serializer[None]):
    """A change of the order's status, as v2 sees it."""

    eventId = serializers.CharField(max_length=100, help_text="The event that brought the change.")
    orderStatus = serializers.CharField(help_text=vocabulary(WORDS))
    orderStatusDetail = serializers.CharField(
        max_length=4000, allow_null=True, help_text="A remark for people."
    )
    updatedTime = InstantField(help_text="When it was published here.")


class LegacyDetailedStatusSerializer(serializers.Serializer[None]):
    """An event of the order, or of one of its shipments."""

    eventId = serializers.CharField(max_length=100)
    orderDetailedStatus = serializers.CharField(max_length=100, help_text="Open text, passed through.")
    updatedTime = InstantField(help_text="When it was published here.")
    orderUpdatedTime = InstantField(help_text="When it happened.")


class LegacyParcelSerializer(serializers.Serializer[None]):
    trackingId = serializers.CharField(max_length=100, help_text="The carrier's number.")


class LegacyOrderSerializer(serializers.Serializer[None]):
    """An order and its shipments, told as one."""

    orderId = serializers.CharField(max_length=100)
    partnerId = PartnerIdField(help_text="An integer when it looks like one, else a string.")
    orderStatus = LegacyStatusSerializer(many=True, help_text="Every change; the last is the status now.")
    orderDetailedStatus = LegacyDetailedStatusSerializer(many=True, help_text="Every event, by its time.")
    shipPackage = LegacyParcelSerializer(many=True, help_text="Shipments that have a tracking number.")


class LegacyNotFoundSerializer(serializers.Serializer[None]):
    code = serializers.IntegerField(
        min_value=404,
        max_value=413,
        help_text="404: no such order. 413: it did not fit, an answer holds at most 8 MiB; ask for it again.",
    )
    message = serializers.CharField()


class LegacyMissingOrderSerializer(serializers.Serializer[None]):
    """A row in place of an order that is not there."""

    orderId = serializers.CharField(max_length=100)
    error = LegacyNotFoundSerializer()


class LegacyReasonSerializer(serializers.Serializer[None]):
    """One thing that is wrong."""

    message = serializers.CharField(help_text="For people. Of a parameter: its name, a full stop, the rest.")
    reason = serializers.CharField(
        help_text="For programs: `invalid_value`, or a problem's code in small letters."
    )


class LegacyFailureSerializer(serializers.Serializer[None]):
    code = serializers.IntegerField(min_value=400, max_value=599, help_text="The status.")
    message = serializers.CharField()
    errors = LegacyReasonSerializer(many=True)  # type: ignore[assignment]  # its metaclass takes it away


class LegacyErrorSerializer(serializers.Serializer[None]):
    """An error as v2 tells it."""

    error = LegacyFailureSerializer()
