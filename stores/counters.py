"""The store of the limits' counters: one round trip to Redis for each count, and none while it is away."""

import logging
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

from stores import metrics, minutes
from stores.breaker import Breaker
from stores.timeouts import TIMEOUTS

logger = logging.getLogger(__name__)

URL_FORM = "redis://host:6379/0"
FAILURES = (redis.RedisError, TypeError, ValueError)
"""No answer, a refusal, or an answer that is no number."""

_COUNT = """
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if count == tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return count
"""


def checked_url(name: str, url: str) -> str:
    """The URL in the variable `name`. Raises ImproperlyConfigured when no connection can be made of it.

    The client passes over a database that is no number, and takes `/1/2` for 12.
    """
    try:
        redis.Redis.from_url(url).connection_pool.make_connection()
        parts = urlsplit(url)
        is_whole = parts.path.strip("/") if parts.scheme == "unix" else parts.hostname
        if not is_whole or (parts.scheme != "unix" and not re.fullmatch(r"(/[0-9]*)?", parts.path)):
            raise ValueError
    except (TypeError, ValueError, redis.RedisError):
        raise ImproperlyConfigured(f"{name} must look like {URL_FORM}, or rediss://, or unix://.") from None
    for option in TIMEOUTS.keys() & parse_qs(parts.query).keys():
        raise ImproperlyConfigured(f"{name} must not set {option}, because we set it.")
    return url


class CounterStore(BaseCache):
    """As much of a Django cache as the limiter uses: `add` notes how long a counter lives, `incr` counts.

    When Redis does not answer within a quarter of a second, nobody asks it again for a second: `incr` is
    None, and the limiter fails open. `uncounted` is how often that was. Django gives every thread a store of
    its own.
    """

    uncounted = 0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        ended = Retry(
            NoBackoff(), 1, (redis.ConnectionError,)
        )  # Redis ended a connection: found out by using it
        self._redis = redis.Redis.from_url(server, retry=ended, **TIMEOUTS)
        self._breaker = Breaker()
        self._lifetimes: dict[str, int] = {}

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Note that the counter `key` lives for `timeout` seconds; False, because only `incr` counts."""
        self._lifetimes = {key: int(timeout or 0)}
        return False

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> Any:
        """Count `delta` more; the count, or None while the store is away.

        Raises ValueError for another key than the one that `add` was last given, as its lifetime is unknown.
        """
        if key not in self._lifetimes:
            raise ValueError(f"How long the counter {key} lives is not known: call add first.")
        return self._count(key, delta, self._lifetimes[key])

    def clear(self) -> None:
        """Forget all counters."""
        for key in self._redis.scan_iter(f"{self.key_prefix}:*"):
            self._redis.delete(key)

    def can_count(self) -> bool:
        """Whether a use would be counted now. False without asking while the limiter does not ask either.

        Counts one use of nobody's, because a replica and a full Redis answer a PING too.
        """
        try:
            return not self._breaker.is_open and self._ask("can_count", 1, 1) > 0
        except FAILURES:
            return False

    def _count(self, key: str, delta: int, seconds: int) -> int | None:
        if not self._breaker.is_open:
            try:
                return self._ask(key, delta, seconds)
            except FAILURES as error:
                self._breaker.trip()
                reason = type(error).__name__
                logger.error("limits fail open, %d uses uncounted so far: %s", self.uncounted + 1, reason)
        self.uncounted += 1
        minutes.count("limits.failed_open")
        metrics.limits_failed_open.add()
        return None

    def _ask(self, key: str, delta: int, seconds: int) -> int:
        return int(self._redis.eval(_COUNT, 1, f"{self.key_prefix}:{key}", delta, seconds))
