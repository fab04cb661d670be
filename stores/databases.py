"""Database settings made from URLs: PostgreSQL, its replicas, or the embedded profile's SQLite file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from stores.postgresql.base import Connection
from stores.postgresql.urls import read_url, refuse_differences

Config = dict[str, Any]

NAMED = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
"""What Django calls the parameters of libpq that are settings of their own; all others are OPTIONS."""
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
        "ENGINE": "stores.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def postgresql(name: str, url: str, *, pool_size: int, statement_seconds: int) -> Config:
    """PostgreSQL with psycopg's pool, prepared statements, and the time limits of the web side.

    `name` is the variable that `url` came from. Several hosts, separated by commas, are tried in turn. All
    parameters of libpq in `url` are kept. Raises ImproperlyConfigured.
    """
    limits = {
        "statement_timeout": statement_seconds * 1000,
        "lock_timeout": statement_seconds * 1000,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS * 1000,
        "timezone": "UTC",
    }
    found = read_url(name, url, our_settings=limits)
    options = [found.get("options", ""), *(f"-c {key}={value}" for key, value in limits.items())]
    return {
        "ENGINE": "stores.postgresql",
        **{setting: found.get(parameter, "") for setting, parameter in NAMED.items()},
        "PARAMETERS": found,
        "PATIENCE_SECONDS": statement_seconds + GRACE_SECONDS,
        "CONN_MAX_AGE": 0,  # the pool keeps the connections; Django must hand them back
        "OPTIONS": {
            "connect_timeout": CONNECT_SECONDS,
            **{key: value for key, value in found.items() if key not in NAMED.values()},
            "pool": {
                "connection_class": Connection,
                "min_size": 1,
                "max_size": pool_size,
                "timeout": WAIT_FOR_CONNECTION_SECONDS,
                "reconnect_timeout": WAIT_FOR_CONNECTION_SECONDS,  # then the next request tries again
            },
            "server_side_binding": True,
            "prepare_threshold": 3,
            "options": " ".join(filter(None, options)),
        },
    }


def any_replica(primary: Config, replicas: Sequence[Config], *, retry_seconds: int) -> Config:
    """One alias over all replicas: a connection goes to any that answers, to the primary if none does.

    psycopg tries the hosts itself (prefer-standby, load_balance_hosts). They are copies of the primary, so
    name, user, password and other parameters are the primary's. A connection ends after `retry_seconds`, and
    the next one looks for a replica again: one that was away is used again after that. Raises
    ImproperlyConfigured when the replicas' URLs say otherwise.
    """
    refuse_differences(primary["PARAMETERS"], [replica["PARAMETERS"] for replica in replicas])
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
    hosts = (server["HOST"] or "localhost").split(",")
    ports = server["PORT"].split(",")
    yield from zip(hosts, [port or "5432" for port in ports * (len(hosts) // len(ports))], strict=True)
