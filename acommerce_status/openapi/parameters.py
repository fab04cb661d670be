"""Query parameters in the OpenAPI documents, made from what the view's FilterSet declares."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiFilterExtension

from acommerce_status.openapi.fields import TIME_EXAMPLE
from acommerce_status.openapi.headers import JSON
from acommerce_status.openapi.operations import Undescribed
from orders.polling.parameters import (
    MAX_IDS,
    MAX_PAGE_SIZE,
    OrderIdsParameter,
    PageSizeParameter,
    Parameter,
    StatusParameter,
    TimeParameter,
)
from orders.polling.reading import LenientParameters


class ParametersDescription(OpenApiFilterExtension):
    target_class = LenientParameters
    match_subclasses = True

    def get_schema_operation_parameters(self, auto_schema: Any, *args: Any, **kwargs: Any) -> list[JSON]:
        declared = auto_schema.view.filterset_class.base_filters
        return [describe_parameter(name, filter_) for name, filter_ in declared.items()]


def describe_parameter(name: str, filter_: Parameter) -> JSON:
    """The parameter object. Raises UndescribedKind for a kind of parameter that KINDS does not have."""
    kinds = [kind for kind in type(filter_).__mro__ if kind in KINDS]
    if not kinds:
        raise UndescribedKind(name, type(filter_))
    schema = KINDS[kinds[0]](filter_)
    parameter = {"in": "query", "name": name, "schema": schema, "description": filter_.extra["help_text"]}
    return parameter | ({"required": True} if filter_.extra["required"] else {})


class UndescribedKind(Undescribed):
    """A parameter's class is not in KINDS; the text says what to add, and where."""

    def __init__(self, name: str, kind: type[Parameter]) -> None:
        here = Path(__file__).relative_to(settings.BASE_DIR)
        super().__init__(
            f"The parameter {name} is a {kind.__module__}.{kind.__name__}, a kind of parameter that has no"
            f" OpenAPI description yet. Add a line for {kind.__name__} to KINDS in {here}: a function that"
            f" takes the parameter and returns the JSON Schema of one value."
        )


def _time(filter_: Parameter) -> JSON:
    return {"type": "string", "format": "date-time", "examples": [TIME_EXAMPLE]}


def _page_size(filter_: Parameter) -> JSON:
    return {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": MAX_PAGE_SIZE}


def _word(filter_: StatusParameter) -> JSON:
    return {"type": "string", "enum": filter_.words}


def _order_ids(filter_: Parameter) -> JSON:
    one = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[^\\u0000-\\u001f\\u007f]+$"}
    return {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_IDS, "examples": [["FRIS00201"]]}


KINDS: dict[type[Any], Callable[[Any], JSON]] = {
    TimeParameter: _time,
    PageSizeParameter: _page_size,
    StatusParameter: _word,
    OrderIdsParameter: _order_ids,
}
"""The JSON Schema of each kind of parameter, by its class."""
