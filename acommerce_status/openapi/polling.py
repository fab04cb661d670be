"""What the OpenAPI documents of both wires say about polling."""

from typing import Any

from drf_spectacular.plumbing import build_examples_list
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from acommerce_status.openapi.headers import JSON
from acommerce_status.openapi.operations import OperationSchema

PAGE_HEADERS = ("ETag", "Link", "Cache-Control", "RateLimit-Policy", "RateLimit", "X-Request-ID")

SCOPES = {
    "channel": OpenApiParameter(
        "channel_id",
        {"type": "string", "minLength": 1, "pattern": "^[^/]+$", "examples": ["lazada-th"]},
        OpenApiParameter.PATH,
        description="A channel (a shop front) that you were granted.",
    ),
    "partner": OpenApiParameter(
        "partner_id",
        {"type": "string", "minLength": 1, "pattern": "^[^/]+$", "examples": ["143"]},
        OpenApiParameter.PATH,
        description="A partner (a merchant) that you were granted.",
    ),
}
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the answer you hold to the same URL; 304 when it is still right.",
)
PLACES = ("path", "query", "header")
"""The order in which an operation's parameters are listed."""


class PollSchema(OperationSchema):
    """A GET of orders. In what a subclass declares, {scope} stands for the view's kind of scope."""

    view: Any
    answer: Any
    answer_description: str
    answer_examples: list[OpenApiExample]
    headers: tuple[str, ...] = PAGE_HEADERS

    def words(self, text: str) -> str:
        return text.replace("{scope}", self.view.scope_kind)

    def get_filter_backends(self) -> list[Any]:
        return list(self.view.filter_backends)

    def get_override_parameters(self) -> list[Any]:
        return [SCOPES[self.view.scope_kind], IF_NONE_MATCH]

    def get_response_serializers(self) -> Any:
        return {
            "200": OpenApiResponse(self.answer, self.answer_description),
            "304": OpenApiResponse(None, "Nothing has changed since the answer with this `ETag`."),
        }

    def get_operation(self, *args: Any) -> JSON:
        operation = super().get_operation(*args)
        operation["parameters"].sort(key=lambda parameter: PLACES.index(parameter["in"]))
        for body in operation["responses"]["200"]["content"].values():
            body["examples"] = build_examples_list(self.answer_examples)
        return operation
