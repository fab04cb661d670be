"""Counting: one use of a quota in django-ratelimit's windows, and the headers that tell of it.

Header syntax: draft-ietf-httpapi-ratelimit-headers-11.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.cache import caches
from django_ratelimit.core import EXPIRATION_FUDGE, _get_window, _make_cache_key

from stores import metrics

_RATE = re.compile(r"([1-9][0-9]{0,8})/([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@lru_cache
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


def use_quota(*, policy: str, key: str, rate: str) -> Use | None:
    """Count one use of `policy` by `key`. None when the counter store is away: the limiter fails open.

    Windows and the names of counters are django-ratelimit's, as its `get_usage` makes them. A window includes
    its last second, so the wait that is surely enough is one second longer than what is left of it.
    """
    limit, window = parse_rate(rate)
    end = _get_window(f"{key}|", window)
    counters = caches[settings.RATELIMIT_USE_CACHE]
    name = _counter(policy, key, limit, window, end)
    if counters.add(name, 1, window + EXPIRATION_FUDGE):
        count: int | None = 1
    else:
        count = counters.incr(name)
    if count is None:
        return None
    if count > limit:
        metrics.quota_refusals.add(policy)
    return Use(policy, limit, window, count, end - int(time.time()) + 1)


@lru_cache(maxsize=10_000)
def _counter(policy: str, key: str, limit: int, window: int, end: int) -> str:
    """The name of a counter, remembered because making it costs as much as counting.

    Group and value are hashed without a separator; ours end with one.
    """
    return str(_make_cache_key(f"{policy}|", end, (limit, window), f"{key}|", None))


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
