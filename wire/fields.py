"""Kinds of fields in the shapes that we declare."""

from rest_framework import serializers


class InstantField(serializers.DateTimeField):
    """A time as we write it: 27 characters, always in UTC; see wire.times."""
