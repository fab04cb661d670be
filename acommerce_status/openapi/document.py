"""Makes an OpenAPI document from the code, for `manage.py schema_snapshots`. The server never does."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from acommerce_status.openapi import fields, identity, parameters  # noqa: F401 - drf-spectacular finds them
from acommerce_status.openapi.errors import ErrorResponse, of_health, of_identity
from acommerce_status.openapi.headers import HEADERS, JSON, X_REQUEST_ID

INFO: JSON = {
    "contact": {"name": "The operators of this server"},
    "license": {"name": "MIT", "identifier": "MIT"},
}
OPEN_SHAPES = {"TokenRequest", "Auth", "ApiKeyCredentials"}
"""Shapes of requests, where members that are not declared are ignored. In a response there are none."""

TAGS = {
    "Identity": "A key for a token.",
    "Feed": "What has changed: poll this.",
    "Orders by id": "For a look at an order or two.",
    "Health": "For those who run this server.",
}


@dataclass(frozen=True)
class Contents:
    """What is particular to one document: `error` is the shape of errors at paths that begin with `prefix`.

    `urls` are those below `prefix`, `more_urls` and `more_errors` (by path) those of no wire.
    `shapes` are those that no view declares, `headers` and `paths` are added to what the views declare.
    """

    title: str
    version: str
    description: str
    prefix: str
    urls: str
    error: str
    errors: Iterable[ErrorResponse]
    shapes: list[type[Serializer[None]]]
    more_urls: tuple[str, ...] = ()
    more_errors: dict[str, list[ErrorResponse]] = field(default_factory=dict)
    headers: JSON = field(default_factory=dict)
    paths: JSON = field(default_factory=dict)


def build(contents: Contents) -> JSON:
    """The whole document, but for `servers`: acommerce_status.openapi.views adds these."""
    document = _generate(contents)
    info = {"title": contents.title, "version": contents.version, "description": contents.description}
    document["info"] = info | INFO
    document["paths"] |= deepcopy(contents.paths)
    used = {tag for methods in document["paths"].values() for one in methods.values() for tag in one["tags"]}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    headers = {**HEADERS, **contents.headers, "X-Request-ID": X_REQUEST_ID}
    document["components"] |= {"headers": headers, "responses": {}}
    for where, methods in document["paths"].items():
        for error, shape in _errors(contents, where):
            document["components"]["responses"][error.name] = error.openapi(where, shape)
            for operation in methods.values():
                operation["responses"][str(error.status)] = {"$ref": f"#/components/responses/{error.name}"}
    _close(document["components"]["schemas"])
    return document


def _errors(contents: Contents, where: str) -> Iterator[tuple[ErrorResponse, str]]:
    """The errors at the path `where`, each with the name of its shape."""
    if where.startswith(contents.prefix):
        yield from ((error, contents.error) for error in contents.errors)
    elif where == "/identity/token":
        yield from ((error, "Problem") for error in of_identity())
    elif where in contents.more_errors:
        yield from ((error, "Problem") for error in contents.more_errors[where])
    elif where == "/readyz":
        yield from ((error, "Problem") for error in of_health())


def _close(shapes: JSON) -> None:
    for name, shape in shapes.items():
        if shape.get("type") == "object" and name not in OPEN_SHAPES:
            shape["additionalProperties"] = False


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
