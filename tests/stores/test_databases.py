import os
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from stores import databases
from stores.breaker import Breaker
from stores.postgresql.base import Connection


@pytest.fixture
def idle() -> Iterator[Connection]:
    """A connection to the tests' PostgreSQL, as it lies in a pool."""
    with Connection.connect(os.environ["DATABASE_URL"], autocommit=True) as idle:
        yield idle


def config(url: str) -> databases.Config:
    return databases.postgresql("DATABASE_URL", url, pool_size=2, statement_seconds=3)


def places(primary: str, *replicas: str) -> tuple[str, str]:
    """The hosts and the ports that the feed is looked for at."""
    options = databases.any_replica(config(primary), list(map(config, replicas)), retry_seconds=60)["OPTIONS"]
    return options["host"], options["port"]


def told(name: str) -> str:
    """What PostgreSQL has been told on our connections."""
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        (value,) = cursor.fetchone()
        return str(value)


@pytest.mark.django_db
def test_every_connection_has_the_timeouts_of_the_documents() -> None:
    assert settings.STATEMENT_TIMEOUT_SECONDS == 3
    assert (told("statement_timeout"), told("lock_timeout")) == ("3s", "3s")
    assert told("idle_in_transaction_session_timeout") == "30s"


@pytest.mark.parametrize(
    ("urls", "hosts", "ports"),
    [
        (("postgres://u@p/n", "postgres://u@r/n"), "r,p", "5432,5432"),
        (("postgres://u@p:1/n", "postgres://u@r:2/n", "postgres://u@s:3/n"), "r,s,p", "2,3,1"),
        (("postgres://u@p,q/n", "postgres://u@q/n"), "q,p,q", "5432,5432,5432"),
        (("postgres:///n?host=/a", "postgres:///n?host=/b&port=7"), "/b,/a", "7,5432"),
        (("postgres://u@/n?host=p,q&port=1,2", "postgres://u@q/n"), "q,p,q", "5432,1,2"),
    ],
)
def test_the_feed_is_looked_for_at_every_replica_and_then_at_the_primary(
    urls: tuple[str, ...], hosts: str, ports: str
) -> None:
    assert places(*urls) == (hosts, ports)


def test_only_postgresql_is_a_database_of_the_production_profile() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must look like postgres://"):
        config("mysql://u@p/n")


def test_a_connection_that_was_told_something_while_idle_has_not_hung_up(idle: Connection) -> None:
    idle.execute("LISTEN news")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        other.execute("NOTIFY news")

    assert not idle.has_hung_up()
    assert idle.execute("SELECT 1").fetchone() == (1,)


def test_a_connection_that_was_ended_while_idle_has_hung_up(idle: Connection) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [idle.info.backend_pid])

    assert idle.has_hung_up()
    assert idle.closed


def test_a_connection_whose_patience_is_over_is_closed(idle: Connection) -> None:
    idle.patience_seconds, idle.breaker = 0.1, Breaker()

    with pytest.raises(psycopg.OperationalError, match=r"no answer within 0\.1 seconds"):
        idle.execute("SELECT pg_sleep(5)")

    assert idle.closed
    assert idle.breaker.is_open
