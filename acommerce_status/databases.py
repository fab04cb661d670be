"""Database settings made from URLs: PostgreSQL, its replicas, or the embedded profile's SQLite file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

Config = dict[str, Any]

URL_FORM = "postgres://user:password@host:5432/name"
CONNECT_SECONDS = 2
WAIT_FOR_CONNECTION_SECONDS = 3
IDLE_IN_TRANSACTION_SECONDS = 30


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

    `name` is the variable that `url` came from. Raises ImproperlyConfigured.
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
    config["CONN_MAX_AGE"] = 0  # the pool keeps the connections; Django must hand them back
    config["OPTIONS"] = {
        **config.get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": pool_size, "timeout": WAIT_FOR_CONNECTION_SECONDS},
        "connect_timeout": CONNECT_SECONDS,
        "server_side_binding": True,
        "prepare_threshold": 3,
        "options": " ".join(f"-c {key}={value}" for key, value in limits.items()),
    }
    return config


def any_replica(primary: Config, replicas: Sequence[Config]) -> Config:
    """One alias over all replicas: a connection goes to any that answers, to the primary if none does.

    psycopg tries the hosts itself (prefer-standby, load_balance_hosts). They are copies of the primary, so
    name, user and password are the primary's. A connection is tried before use, and ends after five minutes,
    so that a replica that was away is found again.
    """
    servers = [*replicas, primary]
    ports = [server.get("PORT") or server["OPTIONS"].get("port") or 5432 for server in servers]
    options = {
        **primary["OPTIONS"],
        "host": ",".join(_host(server) for server in servers),
        "port": ",".join(map(str, ports)),
        "target_session_attrs": "prefer-standby",
        "load_balance_hosts": "random",
        "pool": {**primary["OPTIONS"]["pool"], "max_lifetime": 300},
    }
    mirror = {"MIRROR": "default"}
    return {**primary, "HOST": "", "PORT": "", "OPTIONS": options, "CONN_HEALTH_CHECKS": True, "TEST": mirror}


def _host(server: Config) -> str:
    return str(server.get("HOST") or server["OPTIONS"].get("host") or "localhost")
