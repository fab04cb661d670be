"""Bodies of the platform's existing clients, read as leniently as they were: unknown members are ignored."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from rest_framework import serializers

from delivery.registration.addresses import MAX_URL_LENGTH
from delivery.registration.serializers import TextField, TruthField, UrlField
from delivery.registration.strict import flat
from wire.refusals import BadBody

MAX_NAME_LENGTH = 100


class HookSerializer(serializers.Serializer[None]):
    """A hook. Its name, method and activity may be left out."""

    name = TextField(max_length=MAX_NAME_LENGTH, required=False)
    url = UrlField(max_length=MAX_URL_LENGTH)
    requestMethod = serializers.ChoiceField(choices=["POST"], default="POST")
    secret = TextField(max_length=256, write_only=True, trim_whitespace=False)
    eventType = serializers.ListField(
        child=serializers.ChoiceField(choices=list(settings.WEBHOOK_FORMATS)), min_length=1, max_length=1
    )
    active = TruthField(default=True)


def cleaned_leniently(serializer: HookSerializer) -> dict[str, Any]:
    """The validated body, with `format` for its event type. Raises BadBody with all that is wrong with it."""
    if not serializer.is_valid():
        raise BadBody(flat(serializer.errors))
    hook: dict[str, Any] = serializer.validated_data
    host = urlsplit(hook["url"]).hostname or "webhook"
    return {"name": host[:MAX_NAME_LENGTH], "format": hook["eventType"][0]} | hook
