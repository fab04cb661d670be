"""Counting: one use of a quota through django-ratelimit, and the headers that tell of it.

Header syntax: draft-ietf-httpapi-ratelimit-headers-11.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django_ratelimit.core import get_usage

_RATE = re.compile(r"([1-9][0-9]{0,8})/([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_rate(text: str) -> tuple[int, int]:
    """`600/m` as (600 uses, 60 seconds). Raises ValueError with a sentence that shows the form."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is not a rate: write a number, a slash and one of s, m, h, d, such as 600/m."
        )
    return int(match[1]), _SECONDS[match[2]]


@dataclass(frozen=True)
class Use:
    """The state of one quota after a use: at most `limit` uses in `window` seconds."""

    policy: str
    limit: int
    window: int
    count: int
    reset: int

    @property
    def exceeded(self) -> bool:
        return self.count > self.limit

    @property
    def remaining(self) -> int:
        return max(self.limit - self.count, 0)


def use_quota(request: HttpRequest, *, policy: str, key: str, rate: str) -> Use | None:
    """Count one use of `policy` by `key`. None when the counter store is away: the limiter fails open.

    django-ratelimit's windows include their last second, so the wait that is surely enough is one second
    longer than the `time_left` it tells. Group and value are hashed without a separator; ours end with one.
    """
    limit, window = parse_rate(rate)
    usage = get_usage(
        request,
        group=f"{policy}|",
        key=lambda group, request: f"{key}|",
        rate=(limit, window),
        increment=True,
    )
    if usage is None:
        return None
    return Use(policy, limit, window, usage["count"], usage["time_left"] + 1)


def tightest(uses: Iterable[Use]) -> list[Use]:
    """One use a policy: the one with the least left."""
    found: dict[str, Use] = {}
    for use in uses:
        if use.policy not in found or use.remaining < found[use.policy].remaining:
            found[use.policy] = use
    return list(found.values())


def quota_headers(uses: Iterable[Use]) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit`; empty when nothing was counted."""
    shown = tightest(uses)
    if not shown:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{use.policy}";q={use.limit};w={use.window}' for use in shown),
        "RateLimit": ", ".join(f'"{use.policy}";r={use.remaining};t={use.reset}' for use in shown),
    }
