"""The operations of subscriptions and hooks, as the OpenAPI document describes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from acommerce_status.openapi.headers import COUNTED, JSON, header_refs
from acommerce_status.openapi.operations import OperationSchema
from acommerce_status.openapi.polling import SCOPES

ID = OpenApiParameter(
    "subscription_id",
    {"type": "string", "minLength": 1, "pattern": "^[^/]+$", "examples": ["sub5f2b6c0d9a7e4f31"]},
    OpenApiParameter.PATH,
    description="The id of one that is yours, under this channel or partner.",
)
PLACES = ("path", "query", "header")


@dataclass(frozen=True)
class Answer:
    """A 2xx: its shape and an example of each kind, and headers beside the usual ones."""

    status: int
    description: str
    shape: Any = None
    examples: dict[str, Any] = field(default_factory=dict)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """What is said of one method of a view. {scope} stands for the view's kind of scope."""

    name: str
    summary: str
    description: str
    answers: Sequence[Answer]
    body: Any = None
    bodies: dict[str, JSON] = field(default_factory=dict)
    body_type: str = "application/json"
    parameters: tuple[OpenApiParameter, ...] = ()


class MethodsSchema(OperationSchema):
    """A view with several methods. A subclass says each by its name, such as `get`."""

    view: Any
    tag = "Subscriptions"
    said: dict[str, Said]
    headers = COUNTED

    @property
    def this(self) -> Said:
        """What is said of the method that is being described."""
        return self.said[self.method.lower()]

    def words(self, text: str) -> str:
        return text.replace("{scope}", self.view.scope_kind)

    def get_operation_id(self) -> str:
        return self.words(self.this.name)

    def get_summary(self) -> str:
        return self.words(self.this.summary)

    def get_description(self) -> str:  # type: ignore[override]  # as in OperationSchema
        return self.words(self.this.description)

    def get_filter_backends(self) -> list[Any]:
        return []

    def get_override_parameters(self) -> list[Any]:
        known = {f"{kind}_id": parameter for kind, parameter in SCOPES.items()} | {"subscription_id": ID}
        in_path = [parameter for name, parameter in known.items() if f"{{{name}}}" in self._path_of_django]
        return [*in_path, *self.this.parameters]

    @property
    def _path_of_django(self) -> str:
        return self.path.replace("Id}", "_id}")

    def get_request_serializer(self) -> Any:
        return {self.this.body_type: self.this.body} if self.this.body else None

    def get_response_serializers(self) -> Any:
        return {
            str(answer.status): OpenApiResponse(
                answer.shape,
                answer.description,
                [OpenApiExample(label, value) for label, value in answer.examples.items()],
            )
            for answer in self.this.answers
        }

    def get_examples(self) -> list[OpenApiExample]:
        return [
            OpenApiExample(label, value, request_only=True, media_type=self.this.body_type)
            for label, value in self.this.bodies.items()
        ]

    def get_operation(self, *args: Any) -> JSON:
        operation = super().get_operation(*args)
        if "parameters" in operation:
            operation["parameters"].sort(key=lambda parameter: PLACES.index(parameter["in"]))
        for answer in self.this.answers:
            response = operation["responses"][str(answer.status)]
            response["headers"] = header_refs(*self.headers, *answer.headers)
        return operation
