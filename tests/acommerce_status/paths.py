"""Every path where the server only reads, and that of tokens, read from its own URL configuration."""

import re
from collections.abc import Iterator, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

NAMES = {
    "channel_id": "lazada-th",
    "partner_id": "143",
    "name": "acommerce_status/icon.svg",
    "subscription_id": "sub0",
    "number": "1",
    "token": "none",
}
WRITTEN = re.compile(r"/(?:channel|partner)/[^/]+/(?:subscriptions|hooks)|/delivery/|/subscriptions/")


def all_paths() -> list[str]:
    """Each path once, with names of the tests' caller in it; subscriptions have tests of their own."""
    return sorted(
        {f"/{path}" for path in _walk(get_resolver().url_patterns) if not WRITTEN.match(f"/{path}")}
    )


def _walk(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match: NAMES[match[1]], route)
