"""Makes an OpenAPI document from the code, for `manage.py schema_snapshots`. The server never does."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from acommerce_status.errors import shape_at
from acommerce_status.openapi import fields, identity, parameters  # noqa: F401 - drf-spectacular finds them
from acommerce_status.openapi.errors import ErrorResponse, of_health, of_identity
from acommerce_status.openapi.headers import HEADERS, JSON, X_REQUEST_ID
from wire.problem import problem_details

INFO: JSON = {
    "contact": {"name": "The operators of this server"},
    "license": {"name": "MIT", "identifier": "MIT"},
}
OPEN_SHAPES = {"TokenRequest", "Auth", "ApiKeyCredentials", "NewHook"}
"""Shapes of requests, where members that are not declared are ignored. In a response there are none."""

TAGS = {
    "Identity": "A key for a token.",
    "Feed": "What has changed: poll this.",
    "Orders by id": "For a look at an order or two.",
    "Subscriptions": "Be told instead of asking.",
    "What you receive": "What we send to you.",
    "Hooks of existing clients": "Webhook subscriptions, as the platform's clients know them.",
    "Health": "For those who run this server.",
}


@dataclass(frozen=True)
class Contents:
    """What is particular to one document: `error` is the shape of errors that are no problem details.

    `errors` are those at paths that begin with `prefix`, where `errors_at` does not tell them by path and
    method. `urls` are below `prefix`, `more_urls` and `more_errors` (by path) belong to no wire.
    `shapes` are those that no view declares; `headers`, `paths` and `webhooks` come on top of the views.
    """

    title: str
    version: str
    description: str
    prefix: str
    urls: str
    shapes: list[type[Serializer[None]]]
    error: str = "Problem"
    errors: Iterable[ErrorResponse] = ()
    errors_at: Callable[[str, str], Iterable[ErrorResponse]] | None = None
    more_urls: tuple[str | list[URLPattern], ...] = ()
    more_errors: dict[str, list[ErrorResponse]] = field(default_factory=dict)
    headers: JSON = field(default_factory=dict)
    paths: JSON = field(default_factory=dict)
    webhooks: JSON = field(default_factory=dict)


def build(contents: Contents) -> JSON:
    """The whole document, but for `servers`: acommerce_status.openapi.views adds these."""
    document = _generate(contents)
    info = {"title": contents.title, "version": contents.version, "description": contents.description}
    document["info"] = info | INFO
    document["paths"] |= deepcopy(contents.paths)
    if contents.webhooks:
        document["webhooks"] = deepcopy(contents.webhooks)
    described = [*document["paths"].values(), *contents.webhooks.values()]
    used = {tag for methods in described for one in methods.values() for tag in one["tags"]}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    headers = {**HEADERS, **contents.headers, "X-Request-ID": X_REQUEST_ID}
    document["components"] |= {"headers": headers, "responses": {}}
    _add_errors(contents, document)
    _close(document["components"]["schemas"])
    return document


def _add_errors(contents: Contents, document: JSON) -> None:
    for where, methods in document["paths"].items():
        shape = "Problem" if shape_at(where) is problem_details else contents.error
        for method, operation in methods.items():
            for error in _errors(contents, where, method):
                document["components"]["responses"][error.name] = error.openapi(where, shape)
                operation["responses"][str(error.status)] = {"$ref": f"#/components/responses/{error.name}"}


def _errors(contents: Contents, where: str, method: str) -> Iterable[ErrorResponse]:
    """The errors of one operation."""
    if where == "/identity/token":
        return of_identity()
    if where in contents.more_errors:
        return contents.more_errors[where]
    if where == "/readyz":
        return of_health()
    if contents.errors_at:
        return contents.errors_at(where, method)
    return contents.errors if where.startswith(contents.prefix) else ()


def _close(shapes: JSON) -> None:
    for name, shape in shapes.items():
        if shape.get("type") == "object" and name not in OPEN_SHAPES:
            shape["additionalProperties"] = False
        for member in shape.get("properties", {}).values():
            for part in (member, member.get("items", {})):
                part.pop("x-spec-enum-id", None)  # drf-spectacular's own mark for a hook that we do without


def _generate(contents: Contents) -> JSON:
    """What drf-spectacular finds in the urls, and the shapes that no view declares."""
    urls: list[URLPattern | URLResolver] = [
        path("", include("callers.urls")),
        *(path("", include(urls)) for urls in contents.more_urls),
        path(contents.prefix.removeprefix("/"), include(contents.urls)),
    ]
    generator = SchemaGenerator(patterns=urls)
    inspector = AutoSchema()
    inspector.view, inspector.method, inspector.registry = APIView(request=None), "GET", generator.registry
    for shape in contents.shapes:
        inspector.resolve_serializer(shape, "response")
    document: JSON = generator.get_schema(public=True)
    return document
