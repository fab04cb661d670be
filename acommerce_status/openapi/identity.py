"""What the OpenAPI documents say of identity, tokens and limits."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiViewExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from callers.serializers import TokenAnswerSerializer, TokenRequestSerializer

JSON = dict[str, Any]

_POLICY = '"[a-z]+";q=[0-9]+;w=[0-9]+'
_STATE = '"[a-z]+";r=[0-9]+;t=[0-9]+'

HEADERS: JSON = {
    "Cache-Control": {
        "description": "A page may be kept by its caller only, and asked for again with `If-None-Match`."
        " A token may not be kept on the way.",
        "required": True,
        "schema": {"type": "string"},
        "example": "private, no-cache",
    },
    "RateLimit-Policy": {
        "description": "Your quotas: `q` requests in `w` seconds."
        " `caller` counts all your requests, `order` those for one order id."
        " (draft-ietf-httpapi-ratelimit-headers-11)",
        "schema": {"type": "string", "pattern": f"^{_POLICY}(, {_POLICY})*$"},
        "example": '"caller";q=600;w=60',
    },
    "RateLimit": {
        "description": "What is left of each quota: `r` requests, until it is full again in `t` seconds."
        " Absent while limits are not counted.",
        "schema": {"type": "string", "pattern": f"^{_STATE}(, {_STATE})*$"},
        "example": '"caller";r=599;t=42',
    },
    "Retry-After": {
        "description": "Whole seconds to wait before the next request.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
        "example": 17,
    },
    "WWW-Authenticate": {
        "description": "How to prove who you are (RFC 9110).",
        "required": True,
        "schema": {"type": "string"},
        "example": 'Bearer realm="acommerce-status"',
    },
}

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


def header_refs(*names: str) -> JSON:
    """The headers of an answer, by reference to the ones declared once for the document."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def described(view: Any, schema: AutoSchema) -> Any:
    """A subclass of `view` that `schema` describes; the view itself knows nothing of it."""
    return type(view.__name__, (view,), {"schema": schema})


class TokenScheme(OpenApiAuthenticationExtension):
    """Two ways to send the same token: either one is enough."""

    target_class = "callers.authentication.TokenAuthentication"
    name = ["SubjectToken", "BearerToken"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[JSON]:
        where = "A token from `POST /identity/token`"
        return [
            {"type": "apiKey", "in": "header", "name": "X-Subject-Token", "description": f"{where}."},
            {"type": "http", "scheme": "bearer", "description": f"{where}, as `Authorization: Bearer`."},
        ]


class TokenSchema(AutoSchema):
    """`POST /identity/token`."""

    def get_operation_id(self) -> str:
        return "create_token"

    def get_tags(self) -> list[str]:
        return ["Identity"]

    def get_summary(self) -> str:
        return "Trade an API key for a token"

    def get_description(self) -> str:  # type: ignore[override]  # DRF's own takes arguments, drf-spectacular's none
        return (
            "The token goes into the header `X-Subject-Token` of every other request, and lasts an hour."
            " Get a new one when it ends, or on the first 401: asking for one counts as a request. Wrong keys"
            " are counted for each name and each address, and answered 429 when there are too many."
        )

    def get_request_serializer(self) -> Any:
        return {"application/json": TokenRequestSerializer}

    def get_response_serializers(self) -> Any:
        return {"200": OpenApiResponse(TokenAnswerSerializer, "A new token.", [ANSWER_EXAMPLE])}

    def get_examples(self) -> list[OpenApiExample]:
        return [REQUEST_EXAMPLE]

    def get_operation(self, *args: Any) -> JSON:
        operation: JSON = super().get_operation(*args) or {}
        operation["responses"]["200"]["headers"] = header_refs("X-Request-ID", "Cache-Control")
        return operation


class TokenViewSchema(OpenApiViewExtension):
    """Describes the view from outside."""

    target_class = "callers.views.TokenView"

    def view_replacement(self) -> Any:
        return described(self.target, TokenSchema())
