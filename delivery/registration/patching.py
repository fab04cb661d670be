"""What a merge patch may touch."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from delivery.models import Subscription
from delivery.registration.lists import held_counts
from delivery.registration.representation import READ_ONLY, shown
from wire.refusals import BadBody, ParameterError


def check_read_only(row: Subscription, patch: Mapping[str, Any]) -> dict[str, Any]:
    """The patch without read-only members that equal what is shown. Raises BadBody for others."""
    touched = READ_ONLY.keys() & patch.keys()
    now = {"mechanism": row.mechanism}
    if touched - {"mechanism"}:
        now = shown(row, held=held_counts([row]).get(row.pk, 0))
    errors = [
        ParameterError(name, f"cannot be changed; use {READ_ONLY[name]} instead")
        for name in sorted(touched)
        if name not in now or patch[name] != now[name]
    ]
    settings = patch.get(row.mechanism)
    if isinstance(settings, Mapping) and settings.get("secret", "") is None:
        detail = "cannot be taken away; use POST .../rotate-secret for another"
        errors.append(ParameterError(f"{row.mechanism}.secret", detail))
    if errors:
        raise BadBody(errors)
    return {name: value for name, value in patch.items() if name not in touched}


def merged(before: dict[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch (RFC 7396): null takes a member away, which restores its default."""
    after = deepcopy(before)
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(after.get(name), dict):
            after[name] = merged(after[name], value)
        else:
            after[name] = value
    return after
