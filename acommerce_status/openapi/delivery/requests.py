"""The shapes of bodies that registration takes: its own serializers, named for the document."""

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers

from acommerce_status.openapi.fields import TIME_EXAMPLE
from acommerce_status.openapi.headers import JSON
from delivery.registration import lenient, subscription_body
from delivery.registration import serializers as bodies


class NewWebhookSerializer(bodies.WebhookSerializer):
    """Where a webhook goes, and how."""


class NewSubscriptionSerializer(subscription_body.SubscriptionSerializer):
    """A subscription to be."""

    webhook = NewWebhookSerializer()


class WebhookPatchSerializer(bodies.WebhookSerializer):
    """What changes. `null` restores a default, or is refused where there is none."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through
        for field in self.fields.values():
            field.required, field.default = False, serializers.empty


class SubscriptionSerializer(subscription_body.SubscriptionSerializer):
    """What changes (RFC 7396). `null` restores a default, or is refused where there is none."""

    mechanism = start = None  # type: ignore[assignment]  # DRF's way to leave a field of the parent out
    webhook = WebhookPatchSerializer()


class NewHookSerializer(lenient.HookSerializer):
    """A hook to be. Members that are not known are ignored."""


class StartDescription(OpenApiSerializerFieldExtension):
    target_class = bodies.StartField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> JSON:
        return {"type": "string", "examples": ["now", "beginning", TIME_EXAMPLE]}
