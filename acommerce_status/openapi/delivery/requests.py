"""The shapes of bodies that registration takes: its own serializers, named for the document."""

from rest_framework import serializers

from acommerce_status.openapi.delivery import fields  # noqa: F401 - drf-spectacular finds them
from delivery.registration import lenient, subscription_body
from delivery.registration import serializers as bodies


class NewWebhookSerializer(bodies.WebhookSerializer):
    """Where a webhook goes, and how."""


class NewSubscriptionSerializer(subscription_body.SubscriptionSerializer):
    """A subscription to be."""

    webhook = NewWebhookSerializer()


class Patch(serializers.Serializer[None]):
    """Members of a merge patch: any may be left out, and `null` restores the default of one that has one."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through
        for field in self.fields.values():
            field.allow_null = field.allow_null or field.default is not serializers.empty
            field.required, field.default = False, serializers.empty


class WebhookPatchSerializer(Patch, bodies.WebhookSerializer):
    """What changes. `null` restores a default, or is refused where there is none."""


class SubscriptionSerializer(Patch, subscription_body.SubscriptionSerializer):
    """What changes (RFC 7396). `null` restores a default, or is refused where there is none."""

    mechanism = start = None  # type: ignore[assignment]  # DRF's way to leave a field of the parent out
    webhook = WebhookPatchSerializer()


class NewHookSerializer(lenient.HookSerializer):
    """A hook to be. Members that are not known are ignored."""
