"""What the OpenAPI documents say about tokens."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from acommerce_status.openapi.headers import JSON
from acommerce_status.openapi.operations import OperationSchema, ViewDescription
from callers.authentication import TokenAuthentication
from callers.serializers import TokenAnswerSerializer, TokenRequestSerializer
from callers.views import TokenView

REQUEST_EXAMPLE = OpenApiExample(
    "A name and its key",
    {"auth": {"apiKeyCredentials": {"username": "lazada-th", "apiKey": "PASTE-YOUR-API-KEY"}}},
    request_only=True,
)
ANSWER_EXAMPLE = OpenApiExample(
    "A token",
    {
        "token": {
            "username": "lazada-th",
            "token_id": "5f2b6c0d9a7e4f318b4c2d6e0a1f3957",
            "expires_at": "2026-11-23T11:00:00.123456Z",
        }
    },
)


class TokenScheme(OpenApiAuthenticationExtension):
    """Two ways to send the same token: either one is enough."""

    target_class = TokenAuthentication
    name = ["SubjectToken", "BearerToken"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[JSON]:
        where = "A token from `POST /identity/token`"
        return [
            {"type": "apiKey", "in": "header", "name": "X-Subject-Token", "description": f"{where}."},
            {"type": "http", "scheme": "bearer", "description": f"{where}, as `Authorization: Bearer`."},
        ]


class TokenSchema(OperationSchema):
    """`POST /identity/token`."""

    operation = "create_token"
    tag = "Identity"
    summary = "Trade an API key for a token"
    description = (
        "The token goes into the header `X-Subject-Token` of every other request, and lasts an hour."
        " Get a new one when it ends, or on the first 401: asking for one counts as a request. Wrong keys"
        " are counted for each name and each address, and answered 429 when there are too many."
    )
    headers = ("X-Request-ID", "Cache-Control")

    def get_request_serializer(self) -> Any:
        return {"application/json": TokenRequestSerializer}

    def get_response_serializers(self) -> Any:
        return {"200": OpenApiResponse(TokenAnswerSerializer, "A new token.", [ANSWER_EXAMPLE])}

    def get_examples(self) -> list[OpenApiExample]:
        return [REQUEST_EXAMPLE]


class TokenViewDescription(ViewDescription):
    target_class = TokenView
    schema_class = TokenSchema
