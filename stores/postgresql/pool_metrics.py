"""Tells the metrics what the pools of this process do: every few seconds, so that no request pays for it."""

import time
from threading import Thread

from psycopg_pool import ConnectionPool

from stores import metrics

PAUSE_SECONDS = 5

_POOLS: dict[str, "ConnectionPool"] = {}


def watch(alias: str, pool: "ConnectionPool") -> None:
    """Tell of this pool as well, by its alias in DATABASES."""
    if _POOLS.get(alias) is not pool:
        is_first = not _POOLS
        _POOLS[alias] = pool
        if is_first:
            Thread(target=_tell_for_ever, name="pool-metrics", daemon=True).start()


def tell() -> None:
    """Add what happened since this was called last."""
    for alias, pool in list(_POOLS.items()):
        stats = pool.pop_stats()
        idle = stats.get("pool_available", 0)
        metrics.pool_connections.set(idle, alias, "idle")
        metrics.pool_connections.set(stats.get("pool_size", 0) - idle, alias, "in_use")
        metrics.pool_max.set(stats.get("pool_max", 0), alias)
        metrics.pool_waits.add(alias, amount=stats.get("requests_queued", 0))
        metrics.pool_wait_seconds.add(alias, amount=stats.get("requests_wait_ms", 0) / 1000)
        metrics.pool_timeouts.add(alias, amount=stats.get("requests_errors", 0))


def _tell_for_ever() -> None:
    while True:
        time.sleep(PAUSE_SECONDS)
        tell()
