"""The store of the limits' counters: one round trip to Redis for each count, and none while it is away."""

import logging
import time
from typing import Any

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

URL_FORM = "redis://host:6379/0"
PATIENCE_SECONDS = 0.25
PAUSE_SECONDS = 1.0

_COUNT = """
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if count == tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return count
"""


def checked_url(name: str, url: str) -> str:
    """The URL in the variable `name`. Raises ImproperlyConfigured when no connection can be made of it."""
    try:
        redis.Redis.from_url(url).connection_pool.make_connection()
    except (TypeError, ValueError):
        raise ImproperlyConfigured(f"{name} must look like {URL_FORM}, or rediss://, or unix://.") from None
    return url


class CounterStore(BaseCache):
    """As much of a Django cache as django-ratelimit uses: `add`, and `incr` of what `add` found there.

    `add` counts at once and keeps the count for the `incr` that follows. When Redis does not answer within a
    quarter of a second, nobody waits for it again for a second: `add` is False and `incr` None, which
    django-ratelimit takes as a failure, and fails open. `uncounted` tells how often.

    Django gives every thread a store of its own, so a store holds one connection, and asks by it directly:
    redis-py's client and pool around it cost more than asking does.
    """

    uncounted = 0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        patience = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
        self._redis = redis.Redis.from_url(server, retry=Retry(NoBackoff(), 0), **patience)
        self._connection: Any = self._redis.connection_pool.make_connection()
        self._counted: int | None = None
        self._pause_until = 0.0

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Count `value` more; whether this was the first. The counter lives for `timeout` seconds."""
        self._counted = self._count(key, int(value), int(timeout or 0))
        return bool(self._counted == value)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> Any:
        """What the last `add` counted; None when the store was away."""
        return self._counted

    def clear(self) -> None:
        """Forget all counters."""
        for key in self._redis.scan_iter(f"{self.key_prefix}:*"):
            self._redis.delete(key)

    def ping(self) -> bool:
        """Whether the store answers."""
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False

    def _ask(self, *command: str | int) -> Any:
        """What Redis says. Raises RedisError.

        A connection that Redis has ended meanwhile is found out by using it, so it is tried once more.
        """
        try:
            self._connection.send_command(*command)
            return self._connection.read_response()
        except redis.ConnectionError:
            self._connection.send_command(*command)
            return self._connection.read_response()

    def _count(self, key: str, value: int, seconds: int) -> int | None:
        if time.monotonic() >= self._pause_until:
            try:
                return int(self._ask("EVAL", _COUNT, 1, f"{self.key_prefix}:{key}", value, seconds))
            except redis.RedisError as error:
                self._pause_until = time.monotonic() + PAUSE_SECONDS
                reason = type(error).__name__
                logger.error("limits fail open, %d uses uncounted so far: %s", self.uncounted + 1, reason)
        self.uncounted += 1
        return None
