"""The shapes of answers about subscriptions (contract, section 9)."""

from rest_framework import serializers

from acommerce_status.openapi.delivery.batches import (
    EmailSettingsSerializer,
    FolderSettingsSerializer,
    FtpSettingsSerializer,
)
from delivery.registration.lists import OUTCOMES
from delivery.registration.serializers import MAX_CONCURRENCY
from wire.fields import InstantField


class WebhookSettingsSerializer(serializers.Serializer[None]):
    """Where a webhook goes, and how. Its `authorization` is never shown."""

    url = serializers.CharField(help_text="Where you listen.")
    format = serializers.CharField(help_text="What is sent: the order of a page of this version.")
    rate = serializers.CharField(allow_null=True, help_text="At most so many deliveries, such as `600/m`.")
    concurrency = serializers.IntegerField(
        min_value=1, max_value=MAX_CONCURRENCY, help_text="Deliveries at once. 1: in the order of the feed."
    )
    secret = serializers.CharField(
        required=False,
        help_text="The secret that we made: in the first answer, and in its repetition by Idempotency-Key.",
    )


class PaceSerializer(serializers.Serializer[None]):
    concurrency = serializers.IntegerField(min_value=1, help_text="How many deliveries at once it takes now.")


class BehindSerializer(serializers.Serializer[None]):
    orders = serializers.IntegerField(min_value=0, help_text="Orders that changed since; 10000: or more.")
    seconds = serializers.FloatField(help_text="For how long the first of them has waited.")


class SubscriptionSerializer(serializers.Serializer[None]):
    """A standing poll that we do on your behalf."""

    subscriptionId = serializers.RegexField(r"^sub[0-9a-f]{16}$", help_text="Its id, for ever.")
    channelId = serializers.CharField(required=False, help_text="The channel whose orders it is told of.")
    partnerId = serializers.CharField(required=False, help_text="Or the partner.")
    name = serializers.CharField(max_length=100, help_text="What you call it.")
    mechanism = serializers.CharField(
        help_text="`webhook`, `email`, `ftp`, `file`: the member of this name says where."
    )
    active = serializers.BooleanField(help_text="False: nothing is sent, and it keeps its position.")
    orderStatus = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Only orders in these statuses; null: all."
    )
    contactEmail = serializers.CharField(
        allow_null=True, help_text="Who is told when it fails, once the address is confirmed."
    )
    webhook = WebhookSettingsSerializer(required=False)
    email = EmailSettingsSerializer(required=False)
    ftp = FtpSettingsSerializer(required=False)
    file = FolderSettingsSerializer(required=False)
    state = serializers.CharField(help_text="`UNCONFIRMED`, `ACTIVE`, `FAILING`, `PAUSED` or `DISABLED`.")
    stateReason = serializers.CharField(
        allow_null=True,
        help_text="Why it was disabled, such as `GONE`, `NO_SUCCESS`, `NOT_GRANTED`, `HOST_KEY_CHANGED`,"
        " `RESYNC_REQUIRED`, or paused: `STOPPED_BY_RECIPIENT`.",
    )
    nextAttemptTime = InstantField(allow_null=True, help_text="Until when it waits.")
    pace = PaceSerializer()
    position = InstantField(
        allow_null=True, help_text="Every order up to here was accepted or is held. Null: at the beginning."
    )
    behind = BehindSerializer(required=False, help_text="Left out in lists.")
    heldOrders = serializers.IntegerField(min_value=0, help_text="Orders that you refused.")
    createdTime = InstantField()


class SubscriptionsSerializer(serializers.Serializer[None]):
    subscriptions = SubscriptionSerializer(many=True, help_text="Oldest first.")


class SecretSerializer(serializers.Serializer[None]):
    secret = serializers.CharField(help_text="The new secret. It is not shown again.")


class HeldOrderSerializer(serializers.Serializer[None]):
    """An order that was refused while others were accepted."""

    channelId = serializers.CharField(help_text="Its channel.")
    orderId = serializers.CharField(help_text="Its id.")
    updatedTime = InstantField(help_text="The state that was refused.")
    tries = serializers.IntegerField(min_value=0, help_text="How often it was tried.")
    status = serializers.IntegerField(allow_null=True, help_text="The last answer's status.")
    detail = serializers.CharField(allow_null=True, help_text="What went wrong.")
    nextAttemptTime = InstantField(allow_null=True, help_text="When it is tried again.")
    state = serializers.CharField(help_text="`HELD` or `GIVEN_UP`.")


class HeldSerializer(serializers.Serializer[None]):
    held = HeldOrderSerializer(many=True)
    nextAfter = serializers.CharField(allow_null=True, help_text="Send it back as `after`; null: no more.")


class AttemptSerializer(serializers.Serializer[None]):
    """One delivery that was tried."""

    attemptId = serializers.CharField(help_text="Newer attempts have higher numbers.")
    time = InstantField(help_text="When it ended.")
    channelId = serializers.CharField(allow_null=True, help_text="The order's channel.")
    orderId = serializers.CharField(allow_null=True, help_text="The order's id.")
    updatedTime = InstantField(allow_null=True, help_text="The state that was sent.")
    batch = serializers.IntegerField(allow_null=True, help_text="The number of the file; null for webhooks.")
    outcome = serializers.CharField(help_text=f"{', '.join(f'`{word}`' for word in OUTCOMES)}.")
    status = serializers.IntegerField(allow_null=True, help_text="The status of the answer.")
    milliseconds = serializers.IntegerField(allow_null=True, help_text="Until the head of the answer.")
    detail = serializers.CharField(allow_null=True, help_text="What went wrong.")
    answer = serializers.CharField(allow_null=True, help_text="The beginning of the answer's body.")
    nextAttemptTime = InstantField(allow_null=True, help_text="When it is tried again.")


class AttemptsSerializer(serializers.Serializer[None]):
    attempts = AttemptSerializer(many=True, help_text="Newest first.")
    nextBefore = serializers.CharField(allow_null=True, help_text="Send it back as `before`; null: no more.")


class TestResultSerializer(serializers.Serializer[None]):
    delivered = serializers.BooleanField(help_text="Whether you answered 2xx.")
    attempt = AttemptSerializer()


class HookSerializer(serializers.Serializer[None]):
    """A webhook subscription as the platform's existing clients know it."""

    id = serializers.CharField(help_text="Also its `subscriptionId`.")
    name = serializers.CharField(help_text="What you call it.")
    url = serializers.CharField(help_text="Where you listen.")
    requestMethod = serializers.CharField(help_text="`POST`.")
    eventType = serializers.ListField(child=serializers.CharField(), min_length=1, max_length=1)
    active = serializers.BooleanField(help_text="Whether anything is sent.")


class AddressesSerializer(serializers.Serializer[None]):
    addresses = serializers.ListField(
        child=serializers.CharField(), help_text="Addresses and networks; empty: the operator names none."
    )
