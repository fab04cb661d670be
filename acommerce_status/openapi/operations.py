"""How drf-spectacular gets the description of an operation; the view itself does not know about it."""

from typing import Any

from drf_spectacular.extensions import OpenApiViewExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.views import APIView

from acommerce_status.openapi.headers import JSON, header_refs


class Undescribed(Exception):
    """Something of ours has no OpenAPI description; the text says what to add, and where."""


class OperationSchema(AutoSchema):
    """The description of one operation. A subclass names it, and declares request and response."""

    operation: str
    tag: str
    summary: str
    description: str
    headers: tuple[str, ...]
    """The headers of the responses that the subclass declares."""

    def words(self, text: str) -> str:
        """`text` as it is shown for this view."""
        return text

    def get_operation_id(self) -> str:
        return self.words(self.operation)

    def get_tags(self) -> list[str]:
        return [self.tag]

    def get_summary(self) -> str:
        return self.words(self.summary)

    def get_description(self) -> str:  # type: ignore[override]  # DRF's own takes arguments, drf-spectacular's none
        return self.words(self.description)

    def get_operation(self, *args: Any) -> JSON:
        operation: JSON = super().get_operation(*args) or {}
        operation.setdefault("security", [])  # an operation that needs no token says so
        for response in operation["responses"].values():
            response["headers"] = header_refs(*self.headers)
        return operation


class ViewDescription(OpenApiViewExtension):
    """Describes the view `target_class` and its subclasses by `schema_class`.

    drf-spectacular registers each subclass when its module is imported.
    """

    match_subclasses = True
    schema_class: type[OperationSchema]

    def view_replacement(self) -> Any:
        return type(self.target.__name__, (self.target,), {"schema": self.schema_class()})


class MissingDescription(OpenApiViewExtension):
    """Matches a view that no ViewDescription matches. Raises Undescribed."""

    target_class = APIView
    match_subclasses = True
    priority = -1

    def view_replacement(self) -> Any:
        raise Undescribed(
            f"The view {self.target.__module__}.{self.target.__name__} has no OpenAPI description yet. Add"
            " two classes to acommerce_status/openapi, where the views beside it are described: a schema that"
            " says what the view answers, and a ViewDescription that names both."
        )
