"""How far each replica is behind the primary, asked directly, whichever of them pages are read from now."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error

from operators.overview.findings import Replica
from orders.models import FeedClock

SECONDS = 2
"""To connect, and for each answer."""
QUESTION = "SELECT last_time, pg_is_in_recovery() FROM orders_feedclock"


def find() -> list[Replica]:
    """Every replica, in the order of the setting. All are asked at once, in threads of their own."""
    urls = settings.DATABASE_REPLICA_URLS
    if not urls:
        return []
    try:
        newest = FeedClock.newest()
    except Error:
        newest = None
    with ThreadPoolExecutor(len(urls), thread_name_prefix="replicas") as threads:
        return list(threads.map(lambda url: _replica(url, newest), urls))


def _replica(url: str, newest: datetime | None) -> Replica:
    parameters = _parameters(url)
    address = f"{parameters.get('host', '')}:{parameters.get('port', 5432)}"
    try:
        with psycopg.connect(**parameters) as connection:
            row = connection.execute(QUESTION).fetchone()
    except psycopg.Error:
        return Replica(address, None, None)
    if row is None:
        return Replica(address, None, None)
    lag = max((newest - row[0]).total_seconds(), 0.0) if newest else None
    return Replica(address, lag, row[1])


def _parameters(url: str) -> dict[str, Any]:
    """Those of the primary, with the place of the replica."""
    place = psycopg.conninfo.conninfo_to_dict(url)
    known = dict(settings.DATABASES[DEFAULT_DB_ALIAS]["PARAMETERS"])
    limits = f"-c statement_timeout={SECONDS * 1000} -c timezone=UTC"
    return known | {
        "host": place.get("host") or "localhost",
        "port": place.get("port") or "5432",
        "connect_timeout": SECONDS,
        "options": f"{known.get('options', '')} {limits}".strip(),
    }
