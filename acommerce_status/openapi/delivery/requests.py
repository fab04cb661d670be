"""The shapes of bodies that registration takes: its own serializers, named for the document."""

from rest_framework import serializers

from acommerce_status.openapi.delivery import fields  # noqa: F401 - drf-spectacular finds them
from delivery.registration import lenient, subscription_body
from delivery.registration import serializers as bodies
from delivery.registration.batch_settings import ScheduleSerializer
from delivery.registration.email_mechanism import EmailSerializer
from delivery.registration.ftp_mechanism import FtpSerializer


class NewWebhookSerializer(bodies.WebhookSerializer):
    """Where a webhook goes, and how."""


class NewScheduleSerializer(ScheduleSerializer):
    """When a batch is cut: a line of crontab(5), in a zone."""


class NewEmailSerializer(EmailSerializer):
    """To whom files are mailed, and how they are made."""

    schedule = NewScheduleSerializer()


class NewFtpSerializer(FtpSerializer):
    """Where files are uploaded, how we log in, and how the files are made."""

    publicKey = None  # type: ignore[assignment]  # shown, never given
    schedule = NewScheduleSerializer()


class NewSubscriptionSerializer(subscription_body.SubscriptionSerializer):
    """A subscription to be, with the object of its mechanism."""

    webhook = NewWebhookSerializer(required=False)
    email = NewEmailSerializer(required=False)
    ftp = NewFtpSerializer(required=False)


class Patch(serializers.Serializer[None]):
    """Members of a merge patch: any may be left out, and `null` restores the default of one that has one."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through
        for field in self.fields.values():
            field.allow_null = field.allow_null or field.default is not serializers.empty
            field.required, field.default = False, serializers.empty


class WebhookPatchSerializer(Patch, bodies.WebhookSerializer):
    """What changes. `null` restores a default, or is refused where there is none."""


class SchedulePatchSerializer(Patch, ScheduleSerializer):
    """What changes."""


class EmailPatchSerializer(Patch, EmailSerializer):
    """What changes. `null` restores a default, or is refused where there is none."""

    schedule = SchedulePatchSerializer()


class FtpPatchSerializer(Patch, FtpSerializer):
    """What changes. `null` restores a default, or is refused where there is none."""

    publicKey = None  # type: ignore[assignment]  # shown, never given
    schedule = SchedulePatchSerializer()


class SubscriptionSerializer(Patch, subscription_body.SubscriptionSerializer):
    """What changes (RFC 7396). `null` restores a default, or is refused where there is none."""

    mechanism = start = None  # type: ignore[assignment]  # DRF's way to leave a field of the parent out
    webhook = WebhookPatchSerializer(required=False)
    email = EmailPatchSerializer(required=False)
    ftp = FtpPatchSerializer(required=False)


class NewHookSerializer(lenient.HookSerializer):
    """A hook to be. Members that are not known are ignored."""
