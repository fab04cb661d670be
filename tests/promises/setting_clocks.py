"""A PostgreSQL whose clock can be set, for every process that uses it."""

from datetime import timedelta

from psycopg import Connection, connect, sql

from testbed.services import Postgres

CLOCKS = ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")
"""Functions that tell the time, and that SQL finds by the search path. CURRENT_TIMESTAMP is no function."""


def make_clock_settable(server: Postgres) -> None:
    """Connections that begin from now on find functions of ours before those of PostgreSQL."""
    with _connected(server) as connection:
        connection.execute("CREATE SCHEMA clock")
        connection.execute("CREATE TABLE clock.off AS SELECT interval '0' AS by")
        for name in CLOCKS:
            connection.execute(
                sql.SQL(
                    "CREATE FUNCTION clock.{}() RETURNS timestamptz STABLE LANGUAGE sql"
                    " AS 'SELECT pg_catalog.{}() + by FROM clock.off'"
                ).format(sql.Identifier(name), sql.SQL(name))
            )
        connection.execute("ALTER DATABASE postgres SET search_path = clock, pg_catalog, public")


def set_clock(server: Postgres, by: timedelta) -> None:
    """The clock is wrong by so much."""
    with _connected(server) as connection:
        connection.execute("UPDATE clock.off SET by = %s", [by])


def _connected(server: Postgres) -> Connection:
    return connect(server.url, autocommit=True)
