"""The declared shape of GET /caller (contract, section 1)."""

from rest_framework import serializers

from wire.fields import InstantField


class GrantsSerializer(serializers.Serializer[None]):
    """All that the caller may read."""

    channels = serializers.ListField(child=serializers.CharField(), help_text="Ids of channels.")
    partners = serializers.ListField(child=serializers.CharField(), help_text="Ids of partners.")


class QuotaSerializer(serializers.Serializer[None]):
    """One limit, as the header `RateLimit-Policy` tells it too."""

    policy = serializers.CharField(
        help_text="`caller` counts all requests of the caller, `order` those for one order id."
    )
    limit = serializers.IntegerField(min_value=1, help_text="So many requests.")
    windowSeconds = serializers.IntegerField(min_value=1, help_text="In so many seconds.")


class BehindSerializer(serializers.Serializer[None]):
    """What the caller has not been given yet."""

    orders = serializers.IntegerField(
        min_value=0, max_value=10_000, help_text="Orders that changed since; at most 10,000 are counted."
    )
    seconds = serializers.FloatField(min_value=0, help_text="For how long the first of them has waited.")


class SkippedSerializer(serializers.Serializer[None]):
    """A window that the caller may have jumped over."""

    after = InstantField(help_text="Until then the caller had been given all.")
    until = InstantField(help_text="It asked from here on, as `updatedSince`.")
    seenTime = InstantField(help_text="When it asked so.")


class FeedStateSerializer(serializers.Serializer[None]):
    """One feed that the caller may poll: of a channel, or of a partner."""

    channelId = serializers.CharField(required=False, help_text="The channel, if it is one's feed.")
    partnerId = serializers.CharField(required=False, help_text="The partner, if it is one's feed.")
    newestUpdatedTime = InstantField(
        allow_null=True,
        help_text="The newest `updatedTime` in it: who has read up to it has all. Null: no orders.",
    )
    lastPollTime = InstantField(
        allow_null=True, help_text="When the caller was last given a page or a 304. Null: not known."
    )
    lastUpdatedSince = InstantField(
        allow_null=True, help_text="The `updatedSince` of that poll; null when it had none."
    )
    behind = BehindSerializer(
        allow_null=True, help_text="How far behind that poll has left the caller. Null: not known."
    )
    skipped = SkippedSerializer(
        many=True,
        help_text="Windows that the caller asked beyond without having been given them: the newest ten,"
        " newest first.",
    )


class CallerSerializer(serializers.Serializer[None]):
    """Who the caller is, and what it may do."""

    username = serializers.CharField(help_text="The caller's name.")
    grants = GrantsSerializer()
    quotas = QuotaSerializer(many=True, help_text="The caller's limits.")
    tokenExpiresTime = InstantField(help_text="When the token of this request ends.")
    feeds = FeedStateSerializer(many=True, help_text="A feed for each grant: channels, then partners.")
