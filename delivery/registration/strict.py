"""JSON bodies read strictly: unknown and misspelt members are refused with the nearest known one."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from wire.refusals import BadBody, BadParameters, ParameterError

MAX_SHOWN = 10
MAX_SHOWN_LENGTH = 60


class StrictSerializer(serializers.Serializer[None]):
    """A serializer whose unknown members are errors. They are found by `unknown`, for all levels at once."""


def cleaned(serializer: StrictSerializer, *bodies: Mapping[str, Any]) -> dict[str, Any]:
    """The validated body. Raises BadBody with everything that is wrong with it.

    Unknown members are looked for in all of `bodies`: a patch may name some that it takes away.
    """
    errors = list(dict.fromkeys(error for body in bodies for error in _unknown(serializer, body)))
    if not serializer.is_valid():
        errors += flat(serializer.errors)
    if errors:
        raise BadBody(errors)
    found: dict[str, Any] = serializer.validated_data
    return found


def check_parameters(query: QueryDict, known: Sequence[str]) -> None:
    """Raises BadParameters for those that are unknown, misspelt or repeated."""
    errors = [
        ParameterError(name[:MAX_SHOWN_LENGTH], "is not known here", nearest(name, list(known)))
        if name not in known
        else ParameterError(name, "was given more than once")
        for name, values in query.lists()
        if name not in known or len(values) > 1
    ]
    if errors:
        raise BadParameters(errors[:MAX_SHOWN])


def nearest(word: str, known: Iterator[str] | list[str]) -> str | None:
    """The known word that was probably meant, if any is near."""
    by_lower_case = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word[:MAX_SHOWN_LENGTH].lower(), by_lower_case, n=1)
    return by_lower_case[found[0]] if found else None


def _unknown(
    serializer: serializers.BaseSerializer[Any], body: Any, path: str = ""
) -> Iterator[ParameterError]:
    if not isinstance(serializer, serializers.Serializer) or not isinstance(body, Mapping):
        return
    for name in [name for name in body if name not in serializer.fields][:MAX_SHOWN]:
        shown = name if len(name) <= MAX_SHOWN_LENGTH else f"{name[:MAX_SHOWN_LENGTH]}..."
        known = list(serializer.fields)
        yield ParameterError(
            f"{path}{shown}", f"is not known here; known are {', '.join(known)}", nearest(name, known)
        )
    for name, field in serializer.fields.items():
        if name in body and isinstance(field, serializers.Serializer):
            yield from _unknown(field, body[name], f"{path}{name}.")


def flat(errors: Any, path: str = "") -> Iterator[ParameterError]:
    """DRF's nested errors as a list, each with its path, such as `webhook.url`."""
    if isinstance(errors, Mapping):
        for name, value in errors.items():
            where = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            yield from flat(value, where)
    else:
        for detail in errors:
            if isinstance(detail, Mapping):
                yield from flat(detail, path)
            else:
                yield ParameterError(path or "body", str(detail))
