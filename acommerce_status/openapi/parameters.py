"""Query parameters in the OpenAPI documents, made from what the view's FilterSet declares."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django_filters import Filter
from drf_spectacular.extensions import OpenApiFilterExtension

from acommerce_status.openapi.fields import TIME_EXAMPLE
from acommerce_status.openapi.headers import JSON
from acommerce_status.openapi.operations import Undescribed
from orders.polling.fields import (
    MAX_IDS,
    MAX_PAGE_SIZE,
    OrderIdParameter,
    PageSizeParameter,
    TimeParameter,
    WordParameter,
)
from orders.polling.reading import LenientParameters


class ParametersDescription(OpenApiFilterExtension):
    target_class = LenientParameters
    match_subclasses = True

    def get_schema_operation_parameters(self, auto_schema: Any, *args: Any, **kwargs: Any) -> list[JSON]:
        declared = auto_schema.view.filterset_class.base_filters
        return [describe_parameter(name, filter_) for name, filter_ in declared.items()]


def describe_parameter(name: str, filter_: Filter) -> JSON:
    """The parameter object. Raises UndescribedKind for a kind of field that KINDS does not have."""
    kind: type[forms.Field] = filter_.field_class
    if kind not in KINDS:
        raise UndescribedKind(name, kind)
    schema = KINDS[kind](filter_)
    parameter = {"in": "query", "name": name, "schema": schema, "description": filter_.extra["help_text"]}
    return parameter | ({"required": True} if filter_.extra["required"] else {})


class UndescribedKind(Undescribed):
    """A parameter's field class is not in KINDS; the text says what to add, and where."""

    def __init__(self, name: str, kind: type[forms.Field]) -> None:
        here = Path(__file__).relative_to(settings.BASE_DIR)
        super().__init__(
            f"The parameter {name} is a {kind.__module__}.{kind.__name__}, a kind of field that has no"
            f" OpenAPI description yet. Add a line for {kind.__name__} to KINDS in {here}: a function that"
            f" takes the filter and returns the JSON Schema of one value."
        )


def _time(filter_: Filter) -> JSON:
    return {"type": "string", "format": "date-time", "examples": [TIME_EXAMPLE]}


def _page_size(filter_: Filter) -> JSON:
    return {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": MAX_PAGE_SIZE}


def _word(filter_: Filter) -> JSON:
    return {"type": "string", "enum": list(filter_.extra["choices"])}


def _order_ids(filter_: Filter) -> JSON:
    one = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[^\\u0000-\\u001f\\u007f]+$"}
    return {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_IDS, "examples": [["FRIS00201"]]}


KINDS: dict[type[forms.Field], Callable[[Filter], JSON]] = {
    TimeParameter: _time,
    PageSizeParameter: _page_size,
    WordParameter: _word,
    OrderIdParameter: _order_ids,
}
"""The JSON Schema of each kind of parameter, by the class of its field."""
