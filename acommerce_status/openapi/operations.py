"""How drf-spectacular gets the description of an operation, without the view knowing of it."""

from typing import Any

from drf_spectacular.extensions import OpenApiViewExtension
from drf_spectacular.openapi import AutoSchema

from acommerce_status.openapi.headers import JSON, header_refs


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
        operation.setdefault("security", [])  # whoever needs no token is told so
        for response in operation["responses"].values():
            response["headers"] = header_refs(*self.headers)
        return operation


class ViewDescription(OpenApiViewExtension):
    """Describes the view `target_class` and its subclasses by `schema_class`.

    drf-spectacular finds every subclass of this one by itself, once its module is imported.
    """

    match_subclasses = True
    schema_class: type[OperationSchema]

    def view_replacement(self) -> Any:
        return type(self.target.__name__, (self.target,), {"schema": self.schema_class()})
