"""Database settings made from URLs: PostgreSQL, its replicas, or the embedded profile's SQLite file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from stores.postgresql.base import Connection

Config = dict[str, Any]

URL_FORM = "postgres://user:password@host:5432/name"
CONNECT_SECONDS = 2
WAIT_FOR_CONNECTION_SECONDS = 3
IDLE_IN_TRANSACTION_SECONDS = 30
GRACE_SECONDS = 1
"""How much longer than a statement may take we wait for the server to say so."""


def sqlite(file: Path) -> Config:
    """An SQLite file that is read while it is written (WAL), and has one writer at a time.

    IMMEDIATE makes a writer wait for its turn at BEGIN instead of failing half-way.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def postgresql(name: str, url: str, *, pool_size: int, statement_seconds: int) -> Config:
    """PostgreSQL with psycopg's pool, prepared statements, and the time limits of the web side.

    `name` is the variable that `url` came from. Several hosts, separated by commas, are tried in turn.
    Raises ImproperlyConfigured.
    """
    config: Config = environ.Env.db_url_config(url)
    if config.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must look like {URL_FORM}.")
    milliseconds = statement_seconds * 1000
    limits = {
        "statement_timeout": milliseconds,
        "lock_timeout": milliseconds,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS * 1000,
        "timezone": "UTC",
    }
    config["ENGINE"] = "stores.postgresql"
    config["PATIENCE_SECONDS"] = statement_seconds + GRACE_SECONDS
    config["CONN_MAX_AGE"] = 0  # the pool keeps the connections; Django must hand them back
    config["OPTIONS"] = {
        **config.get("OPTIONS", {}),
        "pool": {
            "connection_class": Connection,
            "min_size": 1,
            "max_size": pool_size,
            "timeout": WAIT_FOR_CONNECTION_SECONDS,
            "reconnect_timeout": WAIT_FOR_CONNECTION_SECONDS,  # then the next request tries again
        },
        "connect_timeout": CONNECT_SECONDS,
        "server_side_binding": True,
        "prepare_threshold": 3,
        "options": " ".join(f"-c {key}={value}" for key, value in limits.items()),
    }
    return config


def any_replica(primary: Config, replicas: Sequence[Config], *, retry_seconds: int) -> Config:
    """One alias over all replicas: a connection goes to any that answers, to the primary if none does.

    psycopg tries the hosts itself (prefer-standby, load_balance_hosts). They are copies of the primary, so
    name, user and password are the primary's. A connection ends after `retry_seconds`, and the next one
    looks for a replica again: one that was away is used again after that.
    """
    places = [place for server in (*replicas, primary) for place in _places(server)]
    options = {
        **primary["OPTIONS"],
        "host": ",".join(host for host, _ in places),
        "port": ",".join(port for _, port in places),
        "target_session_attrs": "prefer-standby",
        "load_balance_hosts": "random",
        "pool": {**primary["OPTIONS"]["pool"], "max_lifetime": retry_seconds},
    }
    return {**primary, "HOST": "", "PORT": "", "OPTIONS": options, "TEST": {"MIRROR": "default"}}


def _places(server: Config) -> Iterator[tuple[str, str]]:
    """The hosts of a server that may be several, each with its port."""
    hosts = str(server.get("HOST") or server["OPTIONS"].get("host") or "localhost").split(",")
    ports = str(server.get("PORT") or server["OPTIONS"].get("port") or 5432).split(",")
    yield from zip(hosts, ports * len(hosts) if len(ports) == 1 else ports, strict=True)
