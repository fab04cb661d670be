"""Kinds of fields in the bodies that registration takes, as JSON Schema."""

from django.core.validators import validate_email
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter

from acommerce_status.openapi.fields import TIME_EXAMPLE
from acommerce_status.openapi.headers import JSON
from delivery.registration import serializers as bodies

CONTROLS = r"\u0000-\u001f\u007f-\u009f"
PLACE = "^[0-9]{1,18}$"
"""What a list says to ask for its next page."""
BEFORE = OpenApiParameter(
    "before", {"type": "string", "pattern": PLACE}, description="`nextBefore` of the page before."
)
TIME: JSON = {"type": "string", "format": "date-time", "examples": [TIME_EXAMPLE]}


class TextDescription(OpenApiSerializerFieldExtension):
    target_class = bodies.TextField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> JSON:
        """Its length, and that it is neither blank nor holds control characters."""
        field = self.target
        schema = {"type": "string", "minLength": field.min_length or 1, "maxLength": field.max_length}
        if isinstance(field, bodies.UrlField):
            return schema | {"format": "uri", "pattern": "^https?://"}
        if validate_email in field.validators:
            return schema | {"format": "email"}
        return schema | {"pattern": rf"^[^{CONTROLS}]*[^\s{CONTROLS}][^{CONTROLS}]*$"}


class TimeDescription(OpenApiSerializerFieldExtension):
    target_class = bodies.TimeField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> JSON:
        return dict(TIME)


class StartDescription(OpenApiSerializerFieldExtension):
    target_class = bodies.StartField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> JSON:
        return {"anyOf": [{"type": "string", "enum": ["now", "beginning"]}, dict(TIME)]}
