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


class FeedStateSerializer(serializers.Serializer[None]):
    """One feed that the caller may poll: of a channel, or of a partner."""

    channelId = serializers.CharField(required=False, help_text="The channel, if it is one's feed.")
    partnerId = serializers.CharField(required=False, help_text="The partner, if it is one's feed.")
    newestUpdatedTime = InstantField(
        allow_null=True,
        help_text="The newest `updatedTime` in it: who has read up to it has all. Null: no orders.",
    )


class CallerSerializer(serializers.Serializer[None]):
    """Who the caller is, and what it may do."""

    username = serializers.CharField(help_text="The caller's name.")
    grants = GrantsSerializer()
    quotas = QuotaSerializer(many=True, help_text="The caller's limits.")
    tokenExpiresTime = InstantField(help_text="When the token of this request ends.")
    feeds = FeedStateSerializer(many=True, help_text="A feed for each grant: channels, then partners.")
