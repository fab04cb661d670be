"""The body of a subscription to be, or as it is to be after a patch (contract, section 9)."""

from typing import Any

from rest_framework import serializers

from delivery.registration.mechanisms import MECHANISMS
from delivery.registration.serializers import AddressField, StartField, StatusesField, TextField, TruthField
from delivery.registration.strict import StrictSerializer

OF_CALLERS = tuple(name for name, mechanism in MECHANISMS.items() if mechanism.by_callers)


class SubscriptionSerializer(StrictSerializer):
    """A subscription, with the object of the mechanism that is named, as in `"mechanism": "ftp", "ftp": {}`.

    `context["mechanisms"]` are those that it may have; without it, those that callers may create.
    """

    name = TextField(max_length=100)
    mechanism = serializers.ChoiceField(choices=OF_CALLERS)
    active = TruthField(default=True)
    contactEmail = AddressField(max_length=254, allow_null=True, default=None)
    orderStatus = StatusesField(min_length=1, allow_null=True, default=None)
    start = StartField(default="now")

    def get_fields(self) -> dict[str, Any]:
        """With the object of the mechanism, where a body was given."""
        fields = super().get_fields()
        if hasattr(self, "initial_data"):
            known = self.context.get("mechanisms", OF_CALLERS)
            fields["mechanism"] = serializers.ChoiceField(choices=known)
            named = self.initial_data.get("mechanism")
            chosen = named if isinstance(named, str) and named in known else known[0]
            fields[chosen] = MECHANISMS[chosen].serializer()
        return fields
