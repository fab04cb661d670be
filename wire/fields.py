"""Kinds of fields in the shapes that we declare."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

EXAMPLE = "2026-11-22T08:00:00.000020Z"


@extend_schema_field(
    {
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$",
        "examples": [EXAMPLE],
    }
)
class InstantField(serializers.DateTimeField):
    """A time as we write it: 27 characters, always in UTC; see wire.times."""
