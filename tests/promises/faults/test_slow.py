"""PostgreSQL and Redis behind a slow network, slow themselves, or refusing: bounded answers, and recovery.

What must be there for these tests to pass, tried by taking it out:
* `socket_timeout` in `stores.counters`: without it every count waits for as long as Redis takes;
* `statement_timeout` in `stores.databases`: without it a slow statement costs its connection;
* `patience` in `stores.postgresql.base.Connection.wait`: without it a poll waits for the network.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

import httpx2
import psycopg
import pytest

from testbed.feeds import FEED
from testbed.installation import Installation, client_of
from testbed.services import Postgres, Redis
from tests.promises.faults.answers import PATHS, TEN_ORDERS, assert_unavailable, recovers, together
from tests.promises.faults.test_postgresql import connections
from tests.promises.relay import Relay, relayed

pytestmark = pytest.mark.slow

LATE = 0.1
"""Seconds: a slow Redis, but one that is waited for (0.25)."""
COUNTS = 11
"""A request for ten orders is counted for the caller, and for each order."""


@dataclass(frozen=True)
class Far:
    """A server that reaches PostgreSQL and Redis through relays, and a client of it."""

    api: httpx2.Client
    database: Relay
    counters: Relay


@pytest.fixture(scope="module")
def far(
    installation: Installation,
    database: Postgres,
    counters: Redis,
    credentials: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Far]:
    with ExitStack() as stack:
        to_database = stack.enter_context(relayed(database.folder / ".s.PGSQL.5432"))
        to_counters = stack.enter_context(relayed(counters.socket))
        server = stack.enter_context(
            installation.serve(
                tmp_path_factory.mktemp("far"),
                DATABASE_URL=f"postgres://postgres@127.0.0.1:{to_database.port}/postgres",
                REDIS_URL=f"redis://127.0.0.1:{to_counters.port}/0",
                STATEMENT_TIMEOUT_SECONDS="1",
            )
        )
        yield Far(stack.enter_context(client_of(server.url, credentials)), to_database, to_counters)


def seconds_of(api: httpx2.Client, path: str) -> tuple[float, httpx2.Response]:
    started = time.monotonic()
    response = api.get(path)
    return time.monotonic() - started, response


@contextmanager
def slow_statements(database: Postgres) -> Iterator[None]:
    """Whoever reads orders waits half a minute, for no lock."""
    with closing(psycopg.connect(host=str(database.folder), user="postgres", autocommit=True)) as connection:
        connection.execute("ALTER TABLE orders_salesorder RENAME TO orders_hidden")
        connection.execute(
            "CREATE VIEW orders_salesorder AS"
            " SELECT orders_hidden.* FROM orders_hidden, pg_sleep(30) AS slowly"
        )
        try:
            yield
        finally:
            connection.execute("DROP VIEW orders_salesorder")
            connection.execute("ALTER TABLE orders_hidden RENAME TO orders_salesorder")


@contextmanager
def closed(database: Postgres) -> Iterator[None]:
    """PostgreSQL runs, but ends all connections and takes no other."""
    with closing(
        psycopg.connect(host=str(database.folder), user="postgres", dbname="template1", autocommit=True)
    ) as connection:
        connection.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS false")
        others = "FROM pg_stat_activity WHERE datname = 'postgres'"
        connection.execute(f"SELECT pg_terminate_backend(pid) {others}")
        try:
            yield
        finally:
            connection.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS true")


def test_a_slow_redis_is_waited_for_a_moment_and_counts(far: Far) -> None:
    assert recovers(far.api)
    with far.counters.late_by(LATE):
        one, page = seconds_of(far.api, FEED)
        ten, orders = seconds_of(far.api, f"{FEED}/id?{TEN_ORDERS}")

    assert [page.status_code, orders.status_code] == [200, 200]
    assert all("RateLimit" in answer.headers for answer in (page, orders))
    assert one < LATE + 1
    assert ten < COUNTS * LATE + 1


def test_a_redis_that_is_too_slow_is_given_up_for_a_second_and_counts_again_when_it_is_not(far: Far) -> None:
    assert recovers(far.api)
    with far.counters.late_by(5):
        started = time.monotonic()
        answers = [far.api.get(f"{FEED}/id?{TEN_ORDERS}") for _ in range(3)]
        seconds = time.monotonic() - started

    assert [answer.status_code for answer in answers] == [200] * 3
    assert not any("RateLimit" in answer.headers for answer in answers)
    assert seconds < 1.5
    assert recovers(far.api)


def test_a_slow_network_to_postgresql_makes_slow_answers(far: Far) -> None:
    assert recovers(far.api)
    with far.database.late_by(0.5):
        seconds, page = seconds_of(far.api, FEED)

    assert page.status_code == 200
    assert seconds < 3


def test_a_network_to_postgresql_that_is_too_slow_is_not_waited_for(far: Far) -> None:
    assert recovers(far.api)
    with far.database.late_by(30):
        first, second = together(far.api, *PATHS), together(far.api, *PATHS)

    assert_unavailable(*first, *second)
    assert recovers(far.api)


def test_a_slow_statement_is_ended_and_its_connection_kept(api: httpx2.Client, database: Postgres) -> None:
    before = connections(database)
    with slow_statements(database):
        slow = together(api, *PATHS)

    assert_unavailable(*slow)
    assert before <= connections(database)
    assert recovers(api)


def test_a_postgresql_that_takes_no_connections_is_asked_again_when_it_does(
    api: httpx2.Client, database: Postgres
) -> None:
    with closed(database):
        refused = together(api, *PATHS)

    assert_unavailable(*refused)
    assert recovers(api)
