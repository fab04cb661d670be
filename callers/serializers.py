"""The shapes of POST /identity/token (contract, section 1)."""

from rest_framework import serializers

from wire.fields import InstantField

EXAMPLE_BODY = '{"auth": {"apiKeyCredentials": {"username": "YOUR-NAME", "apiKey": "YOUR-KEY"}}}'
"""What is suggested to a request for a token whose body has another form."""


class ApiKeyCredentialsSerializer(serializers.Serializer[None]):
    # No part may begin in the middle of another: trying all ways cost half a second for 16 KiB. The controls
    # are blank to Python, and not to every language that reads the pattern.
    username = serializers.RegexField(
        r"^[\s\x1c-\x1f\x85]*[^\s\x00\x1c-\x1f\x85][^\x00]*$",
        max_length=100,
        help_text="The caller's name.",
    )
    apiKey = serializers.RegexField(
        r"^[^\x00]+$",
        max_length=200,
        trim_whitespace=False,
        help_text="The caller's key, as it was shown once.",
    )


class AuthSerializer(serializers.Serializer[None]):
    apiKeyCredentials = ApiKeyCredentialsSerializer()


class TokenRequestSerializer(serializers.Serializer[None]):
    auth = AuthSerializer()


class TokenSerializer(serializers.Serializer[None]):
    username = serializers.CharField(help_text="The caller's name.")
    token_id = serializers.RegexField(r"^[0-9a-f]{32}$", help_text="The token: send it in `X-Subject-Token`.")
    expires_at = InstantField(help_text="When it ends; get a new one before, or on the first 401.")


class TokenAnswerSerializer(serializers.Serializer[None]):
    token = TokenSerializer()
