"""Kinds of fields in the shapes that we declare, as JSON Schema."""

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction

from acommerce_status.openapi.headers import JSON
from wire.fields import InstantField

TIME_EXAMPLE = "2026-11-22T08:00:00.000020Z"


class InstantDescription(OpenApiSerializerFieldExtension):
    target_class = InstantField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> JSON:
        return {
            "type": "string",
            "format": "date-time",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$",
            "examples": [TIME_EXAMPLE],
        }
