"""The two OpenAPI documents: `/schema/v3` and `/schema/v2`, made once for each process."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from acommerce_status import health
from acommerce_status.errors import get_only
from acommerce_status.openapi import errors, serializers, v2, v3
from acommerce_status.openapi import identity as callers_schema
from acommerce_status.openapi import polling as orders_schema
from acommerce_status.openapi.identity import JSON

REQUEST_ID: JSON = {
    "description": "Names this request in our log: yours, if you sent a sane one, else one of ours.",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 100},
    "example": errors.ExampleRequest.request_id,
}
TAKEN_IN = {"TokenRequest", "Auth", "ApiKeyCredentials"}
"""Shapes of requests, where members that are not declared are ignored. In an answer there are none."""

TAGS = {
    "Identity": "A key for a token.",
    "Feed": "What has changed: poll this.",
    "Orders by id": "For a look at an order or two.",
    "Health": "For those who run this server.",
}
IDENTITY = path("", include("callers.urls"))

_making = Lock()


@dataclass(frozen=True)
class Wire:
    """What is particular to one document."""

    info: JSON
    prefix: str
    urls: list[Any]
    headers: JSON
    error: str
    errors: list[errors.Answer]
    shapes: list[type[Serializer[None]]]
    more_paths: JSON = field(default_factory=dict)


WIRES = {
    "v3": Wire(
        info={"title": "Order status, version 3", "version": "3.0.0", "description": v3.DESCRIPTION},
        prefix="/v3/",
        urls=[IDENTITY, path("v3/", include("orders.v3.urls"))],
        headers=orders_schema.HEADERS,
        error="Problem",
        errors=[*errors.of_polling(errors.STRICT)],
        shapes=[serializers.ProblemSerializer, serializers.AliveSerializer, serializers.ReadySerializer],
        more_paths=health.PATHS,
    ),
    "v2": Wire(
        info={"title": "Order status, version 2", "version": "2.0.0", "description": v2.DESCRIPTION},
        prefix="/v2/",
        urls=[IDENTITY, path("v2/", include("orders.v2.urls"))],
        headers=orders_schema.HEADERS | v2.HEADERS,
        error="LegacyError",
        errors=[*errors.of_polling(errors.LENIENT, v2.DEPRECATION_HEADERS)],
        shapes=[serializers.ProblemSerializer, serializers.LegacyErrorSerializer],
    ),
}


@get_only
def v3_document(request: HttpRequest) -> HttpResponse:
    return HttpResponse(text("v3"), content_type="application/json")


@get_only
def v2_document(request: HttpRequest) -> HttpResponse:
    return HttpResponse(text("v2"), content_type="application/json")


@cache
def text(version: str) -> bytes:
    """The document of `v3` or `v2`, as JSON."""
    return orjson.dumps(build(version))


def build(version: str) -> JSON:
    """The document of `v3` or `v2`. drf-spectacular keeps state of its own, so one is made at a time."""
    wire = WIRES[version]
    with _making:
        document = _generate(wire)
    document["info"] = wire.info
    document["paths"] |= deepcopy(wire.more_paths)
    used = {tag for methods in document["paths"].values() for one in methods.values() for tag in one["tags"]}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    components = document["components"]
    components["headers"] = {**callers_schema.HEADERS, **wire.headers, "X-Request-ID": REQUEST_ID}
    components["responses"] = {}
    for where, methods in document["paths"].items():
        for operation in methods.values():
            for error, shape in _errors(wire, where):
                operation["responses"][str(error.status)] = {"$ref": f"#/components/responses/{error.name}"}
                components["responses"][error.name] = error.openapi(where, shape)
    _close(components["schemas"])
    return document


def _errors(wire: Wire, where: str) -> Iterator[tuple[errors.Answer, str]]:
    """The errors at the path `where`, each with the name of its shape."""
    if where.startswith(wire.prefix):
        yield from ((error, wire.error) for error in wire.errors)
    elif where == "/identity/token":
        yield from ((error, "Problem") for error in errors.of_identity())
    elif where == "/readyz":
        yield from ((error, "Problem") for error in errors.of_health())


def _close(shapes: JSON) -> None:
    for name, shape in shapes.items():
        if shape.get("type") == "object" and name not in TAKEN_IN:
            shape["additionalProperties"] = False


def _generate(wire: Wire) -> JSON:
    """What drf-spectacular finds in the urls, and the shapes that no view declares."""
    generator = SchemaGenerator(patterns=wire.urls)
    inspector = AutoSchema()
    inspector.view, inspector.method, inspector.registry = APIView(request=None), "GET", generator.registry
    for shape in wire.shapes:
        inspector.resolve_serializer(shape, "response")
    document: JSON = generator.get_schema(public=True)
    return document
