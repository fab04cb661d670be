"""Every path that the server answers at, read from its own URL configuration."""

import re
from collections.abc import Iterator, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

NAMES = {"channel_id": "lazada-th", "partner_id": "143", "name": "acommerce_status/icon.svg"}


def all_paths() -> list[str]:
    """Each path once, with names of the tests' caller in it."""
    return sorted({f"/{path}" for path in _walk(get_resolver().url_patterns)})


def _walk(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match: NAMES[match[1]], route)
