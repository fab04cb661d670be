"""Notes in Redis: those of the production profile."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

import orjson
import redis

from stores.breaker import Breaker
from stores.notes import Away, Change, Content
from stores.timeouts import TIMEOUTS

READ_AT_ONCE = 1_000
"""Notes of polls have some 2 KB."""


class RedisNotes:
    """Each note a key, and an index of their names by when they end. Changed under WATCH.

    As for counters nobody waits for longer than a quarter of a second, once a second.
    """

    PREFIX = "acommerce:notes:"
    INDEX = "acommerce:notes"

    def __init__(self, url: str) -> None:
        self._redis, self._breaker = _client(url)

    def change(self, names: Sequence[str], change: Change, *, seconds: int) -> None:
        """Three round trips, and as many again for each time that another process was faster."""
        keys = [self.PREFIX + name for name in names]
        now = int(time.time())

        def write(pipe: Any) -> None:
            found = _loaded(names, pipe.mget(keys))
            pipe.multi()
            for name, key in zip(names, keys, strict=True):
                pipe.set(key, orjson.dumps(change(name, found.get(name, {}))), ex=seconds)
            pipe.zadd(self.INDEX, dict.fromkeys(names, now + seconds))
            pipe.zremrangebyscore(self.INDEX, "-inf", now)

        self._ask(lambda: self._redis.transaction(write, *keys))

    def read(self, names: Sequence[str]) -> dict[str, Content]:
        """A round trip for every READ_AT_ONCE of them."""
        found: dict[str, Content] = {}
        for part in (names[first : first + READ_AT_ONCE] for first in range(0, len(names), READ_AT_ONCE)):
            found |= _loaded(
                part, self._ask(partial(self._redis.mget, [self.PREFIX + name for name in part]))
            )
        return found

    def names(self, prefix: str) -> list[str]:
        found = self._ask(lambda: self._redis.zrangebyscore(self.INDEX, int(time.time()), "+inf"))
        return sorted(name for raw in found if (name := raw.decode()).startswith(prefix))

    def _ask(self, question: Callable[[], Any]) -> Any:
        if self._breaker.is_open:
            raise Away("it did not answer a moment ago")
        try:
            return question()
        except redis.RedisError as error:
            self._breaker.trip()
            raise Away(type(error).__name__) from error


@lru_cache
def _client(url: str) -> tuple[redis.Redis, Breaker]:
    """Of this process, for all its threads."""
    return redis.Redis.from_url(url, **TIMEOUTS), Breaker()


def _loaded(names: Iterable[str], raw: Iterable[bytes | None]) -> dict[str, Content]:
    return {name: orjson.loads(text) for name, text in zip(names, raw, strict=True) if text}
