"""The bodies that registration takes (contract, section 9). What they mean for a row is in `verbs`."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from rest_framework import serializers

from delivery.registration.addresses import MAX_URL_LENGTH, receiver_url
from delivery.registration.mail_addresses import OneAddress
from delivery.registration.strict import StrictSerializer
from delivery.signing import PREFIX, encoded_key
from orders.statuses import OrderStatus
from wire.times import BadTime, parse_time

RATE = re.compile(r"\A[1-9][0-9]{0,5}/[smh]\Z")
TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*")
MAX_CONCURRENCY = 32
ONE_ADDRESS = OneAddress()


class WholeField(serializers.IntegerField):
    """A number, and no text or truth value that looks like one. 8.0 is a whole one, too (JSON Schema)."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int and not (type(data) is float and data.is_integer()):
            raise serializers.ValidationError("must be a whole number")
        return super().to_internal_value(data)


class TextField(serializers.CharField):
    """A text, and nothing that could be made one; without control characters."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not TEXT.fullmatch(data):
            raise serializers.ValidationError("must be a text without control characters")
        return super().to_internal_value(data)


class SecretField(TextField):
    """A secret of Standard Webhooks, kept as it is written: the receiver signs with its spaces, too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=24, max_length=256, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        secret = super().to_internal_value(data)
        if secret.startswith(PREFIX) and encoded_key(secret) is None:
            raise serializers.ValidationError(f"must be base64 after {PREFIX}, or not begin with it")
        return secret


class TruthField(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("must be true or false")
        return data


class AddressField(TextField):
    """One e-mail address, such as a person types it: no name, no quotes, no number for a host."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            ONE_ADDRESS(text)
        except ValidationError:
            detail = "must be one address in ASCII, such as ops@shop.example"
            raise serializers.ValidationError(detail) from None
        return text


class UrlField(TextField):
    """Where a receiver listens."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return receiver_url(super().to_internal_value(data))
        except ValueError as error:  # BadUrl
            raise serializers.ValidationError(str(error)) from None


class TimeField(serializers.Field[Any, Any, Any, Any]):
    """An `updatedTime`."""

    form = "must be a time"

    def to_internal_value(self, data: Any) -> datetime | str:
        if not isinstance(data, str):
            raise serializers.ValidationError(self.form)
        try:
            return parse_time(data)
        except BadTime as error:
            raise serializers.ValidationError(error.detail) from None


class StartField(TimeField):
    """`now`, `beginning`, or an `updatedTime`."""

    form = "must be now, beginning, or a time"

    def to_internal_value(self, data: Any) -> datetime | str:
        return str(data) if data in ("now", "beginning") else super().to_internal_value(data)


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
    secret = SecretField(required=False, write_only=True)
    authorization = TextField(max_length=1000, required=False, allow_null=True, write_only=True)


class ReplaySerializer(StrictSerializer):
    """From where orders are sent again; null: from the beginning."""

    updatedSince = TimeField(allow_null=True)


class ResendSerializer(StrictSerializer):
    channelId = TextField(max_length=100)
    orderId = TextField(max_length=100)


class RotationSerializer(StrictSerializer):
    secret = SecretField(required=False)
    overlapHours = WholeField(min_value=0, max_value=168, default=24)
