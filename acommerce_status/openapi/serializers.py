"""The shapes of errors (contract, section 7) and of health."""

from typing import Any

from rest_framework import serializers


class ProblemParameterSerializer(serializers.Serializer[None]):
    """What is wrong with one parameter, or one field of the body."""

    parameter = serializers.CharField(
        allow_blank=True, help_text="Its name; for a field of the body, its path."
    )
    detail = serializers.CharField(help_text="What is wrong with it, for people.")
    suggestion = serializers.CharField(allow_null=True, help_text="What was probably meant, or null.")


class ProblemSerializer(serializers.Serializer[None]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField(help_text="Where the problem is explained.")
    title = serializers.CharField(help_text="The name of the status.")
    status = serializers.IntegerField(min_value=400, max_value=599)
    detail = serializers.CharField(help_text="What happened, for people.")
    code = serializers.RegexField(
        r"^[A-Z]+(_[A-Z]+)*$", help_text="What happened, for programs; see /docs/problems."
    )
    requestId = serializers.CharField(help_text="The `X-Request-ID`; quote it when you ask us.")
    errors = ProblemParameterSerializer(  # type: ignore[assignment]  # its metaclass takes it away
        many=True, required=False, help_text="All that is wrong with the input."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With the one member whose name is not a name in Python."""
        violated = serializers.ListField(
            child=serializers.CharField(), required=False, help_text="The quotas that are used up."
        )
        return super().get_fields() | {"violated-policies": violated}


class AliveSerializer(serializers.Serializer[None]):
    status = serializers.CharField(help_text="`ok`.")


class ChecksSerializer(serializers.Serializer[None]):
    database = serializers.CharField(
        help_text="`ok`, or `read-only`: then polls are answered from replicas, but no token is given."
    )
    limits = serializers.CharField(help_text="`ok`, or `away`: then requests are answered, but not counted.")


class ReadySerializer(serializers.Serializer[None]):
    status = serializers.CharField(help_text="`ok`.")
    checks = ChecksSerializer()
