"""The bodies that registration takes (contract, section 9). What they mean for a row is in `verbs`."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from rest_framework import serializers

from delivery.registration.addresses import MAX_URL_LENGTH, BadUrl, receiver_url
from delivery.registration.strict import StrictSerializer
from orders.statuses import OrderStatus
from wire.times import BadTime, parse_time

RATE = re.compile(r"[1-9][0-9]{0,5}/[smh]")
TEXT = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]*")
MAX_CONCURRENCY = 32


class WholeField(serializers.IntegerField):
    """A number, and no text or truth value that looks like one."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            raise serializers.ValidationError("must be a whole number")
        return super().to_internal_value(data)


class TextField(serializers.CharField):
    """A text, and nothing that could be made one; without control characters."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not TEXT.fullmatch(data):
            raise serializers.ValidationError("must be a text without control characters")
        return super().to_internal_value(data)


class TruthField(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("must be true or false")
        return data


class UrlField(TextField):
    """Where a receiver listens."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return receiver_url(super().to_internal_value(data))
        except BadUrl as error:
            raise serializers.ValidationError(str(error)) from None


class StartField(serializers.Field[datetime | str, Any, Any, Any]):
    """`now`, `beginning`, or an `updatedTime`."""

    def to_internal_value(self, data: Any) -> datetime | str:
        if data in ("now", "beginning"):
            return str(data)
        try:
            return parse_time(data) if isinstance(data, str) else self._refuse()
        except BadTime as error:
            raise serializers.ValidationError(f"{error.detail}, or be now or beginning") from None

    def _refuse(self) -> str:
        raise serializers.ValidationError("must be now, beginning, or a time")


class StatusesField(serializers.ListField):
    """v3's words; null for all orders."""

    child = serializers.ChoiceField(choices=OrderStatus.values)

    def to_internal_value(self, data: Any) -> list[str]:
        if isinstance(data, list) and not data:
            raise serializers.ValidationError("must not be empty; null is for orders of every status")
        return list(dict.fromkeys(super().to_internal_value(data)))


class WebhookSerializer(StrictSerializer):
    """The object `webhook`. Its secret may be left out: then we make one."""

    url = UrlField(max_length=MAX_URL_LENGTH)
    format = serializers.ChoiceField(choices=list(settings.WEBHOOK_FORMATS), default="SALES_ORDER_STATUS_V3")
    rate = serializers.RegexField(
        RATE,
        allow_null=True,
        default=None,
        error_messages={"invalid": "must be like 600/m: number, /, s, m or h"},
    )
    concurrency = WholeField(min_value=1, max_value=MAX_CONCURRENCY, default=8)
    secret = TextField(min_length=24, max_length=256, required=False, write_only=True)
    authorization = TextField(max_length=1000, required=False, allow_null=True, write_only=True)


class ReplaySerializer(StrictSerializer):
    """From where orders are sent again; null: from the beginning."""

    updatedSince = StartField(allow_null=True)


class ResendSerializer(StrictSerializer):
    channelId = TextField(max_length=100)
    orderId = TextField(max_length=100)


class RotationSerializer(StrictSerializer):
    secret = TextField(min_length=24, max_length=256, required=False)
    overlapHours = WholeField(min_value=0, max_value=168, default=24)
