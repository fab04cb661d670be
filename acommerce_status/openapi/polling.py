"""What the OpenAPI documents of both wires say of polling: parameters, headers, answers."""

from typing import Any

from django_filters import Filter
from drf_spectacular.extensions import OpenApiFilterExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_examples_list
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from acommerce_status.openapi.identity import JSON, header_refs
from orders.polling.fields import (
    MAX_IDS,
    MAX_PAGE_SIZE,
    OrderIdParameter,
    PageSizeParameter,
    TimeParameter,
    WordParameter,
)

HEADERS: JSON = {
    "ETag": {
        "description": "Names this answer. Send it back in `If-None-Match`; 304 says that nothing changed.",
        "required": True,
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]+"$'},
        "example": 'W/"6b1f0a5c2d9e4873b0c1d2e3"',
    },
    "Link": {
        "description": '`rel="next"`: the next page, when there is one (RFC 8288).',
        "schema": {"type": "string"},
        "example": "<https://orders.example.com/v3/channel/lazada-th/sales-order-status"
        '?updatedSince=2026-11-22T08:00:00.000020Z>; rel="next"',
    },
}
PAGE_HEADERS = ("ETag", "Link", "Cache-Control", "RateLimit-Policy", "RateLimit", "X-Request-ID")

_PLACES = ("path", "query", "header")

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


class PollSchema(AutoSchema):
    """A GET of orders. A subclass names `operation`, `tag`, `summary`, the answer and its examples.

    In `operation`, `summary` and `description` stands {scope} for the kind of scope of the view.
    """

    view: Any
    operation: str
    tag: str
    summary: str
    description: str
    answer: Any
    answer_description: str
    answer_examples: list[OpenApiExample]
    headers: tuple[str, ...] = PAGE_HEADERS

    def get_operation_id(self) -> str:
        return self._of_scope(self.operation)

    def get_tags(self) -> list[str]:
        return [self.tag]

    def get_summary(self) -> str:
        return self._of_scope(self.summary)

    def get_description(self) -> str:  # type: ignore[override]  # DRF's own takes arguments, drf-spectacular's none
        return self._of_scope(self.description)

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
        operation: JSON = super().get_operation(*args) or {}
        operation["parameters"].sort(key=lambda parameter: _PLACES.index(parameter["in"]))
        for body in operation["responses"]["200"]["content"].values():
            body["examples"] = build_examples_list(self.answer_examples)
        for code in ("200", "304"):
            operation["responses"][code]["headers"] = header_refs(*self.headers)
        return operation

    def _of_scope(self, text: str) -> str:
        return text.replace("{scope}", self.view.scope_kind)


class ParametersScheme(OpenApiFilterExtension):
    """The query parameters, as the view's FilterSet declares them."""

    target_class = "orders.polling.reading.LenientParameters"
    match_subclasses = True
    priority = 1

    def get_schema_operation_parameters(self, auto_schema: Any, *args: Any, **kwargs: Any) -> list[JSON]:
        declared = auto_schema.view.filterset_class.base_filters
        return [_parameter(name, filter_) for name, filter_ in declared.items()]


def _parameter(name: str, filter_: Filter) -> JSON:
    schema = _KINDS[filter_.field_class](filter_)
    parameter = {"in": "query", "name": name, "schema": schema, "description": filter_.extra["help_text"]}
    return parameter | ({"required": True} if filter_.extra["required"] else {})


def _instant(filter_: Filter) -> JSON:
    return {"type": "string", "format": "date-time", "examples": ["2026-11-22T08:00:00.000020Z"]}


def _page_size(filter_: Filter) -> JSON:
    return {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": MAX_PAGE_SIZE}


def _word(filter_: Filter) -> JSON:
    return {"type": "string", "enum": list(filter_.extra["choices"])}


def _order_ids(filter_: Filter) -> JSON:
    one = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[^\\u0000-\\u001f\\u007f]+$"}
    return {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_IDS, "examples": [["FRIS00201"]]}


_KINDS = {
    TimeParameter: _instant,
    PageSizeParameter: _page_size,
    WordParameter: _word,
    OrderIdParameter: _order_ids,
}
