"""What a merge patch may touch."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from delivery.models import Subscription
from delivery.registration.representation import READ_ONLY, shown
from wire.refusals import BadBody, ParameterError


def check_read_only(row: Subscription, patch: Mapping[str, Any]) -> dict[str, Any]:
    """The patch without read-only members that equal what is shown. Raises BadBody for others."""
    touched = READ_ONLY.keys() & patch.keys()
    now = shown(row, held=-1) if touched - {"mechanism"} else {"mechanism": row.mechanism}
    errors = [
        ParameterError(name, f"cannot be changed; use {READ_ONLY[name]} instead")
        for name in sorted(touched)
        if name not in now or patch[name] != now[name]
    ]
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
