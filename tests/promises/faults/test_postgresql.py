"""PostgreSQL away, slow, hung, full and back, under a real server.

What must be there for these tests to pass, tried by taking it out:
* `patience` in `stores.postgresql.base.Connection.wait`: without it a hung PostgreSQL holds a
  thread until somebody wakes it;
* `has_hung_up` in the same file: without it a restart of PostgreSQL costs answers;
* `patience_seconds` in `stores.waits`: without it publishing gives up as soon as a poll;
* `statement_timeout` and `lock_timeout` in `stores.databases`: without both connections are lost to
  a lock;
* `timeout` of the pool there: without it a full pool makes wait for half a minute;
* `close_all` in `acommerce_status.wsgi`: without it the start keeps a connection for itself.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from testbed.events import event
from testbed.feeds import FEED
from testbed.installation import Installation, client_of
from testbed.services import Postgres
from testbed.services.server import Mode
from tests.promises.faults.answers import BOUND, PATHS, assert_unavailable, recovers, together
from tests.promises.hanging import hung, processes

pytestmark = pytest.mark.slow


@contextmanager
def locked(database: Postgres) -> Iterator[None]:
    """Nobody else can read an order."""
    with closing(psycopg.connect(host=str(database.folder), user="postgres")) as connection:
        connection.execute("LOCK TABLE orders_salesorder")
        yield


def connections(database: Postgres) -> set[int]:
    """What the server has open, by the processes that serve it."""
    with closing(psycopg.connect(host=str(database.folder), user="postgres")) as connection:
        question = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
        rows = connection.execute(question).fetchall()
        return {pid for (pid,) in rows} - {connection.info.backend_pid}


def test_without_postgresql_everybody_is_asked_to_come_back(api: httpx2.Client, database: Postgres) -> None:
    database.stop("immediate")
    away = together(api, *PATHS)
    database.start()

    assert_unavailable(*away)
    assert recovers(api)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_of_postgresql_between_two_polls_costs_nothing(
    api: httpx2.Client, database: Postgres, mode: Mode
) -> None:
    together(api, *PATHS)
    database.stop(mode)
    database.start()

    after = [answer.status_code for _ in range(3) for answer in together(api, *PATHS)]

    assert after == [200] * 12


def test_a_lock_is_not_waited_for_longer_than_a_statement_may_take(
    api: httpx2.Client, database: Postgres
) -> None:
    before = connections(database)
    with locked(database):
        slow = together(api, *PATHS)

    assert_unavailable(*slow)
    assert before <= connections(database)
    assert recovers(api)


def test_publishing_waits_for_a_lock_longer_than_a_poll_may(
    installation: Installation, database: Postgres
) -> None:
    hasty = Installation(installation.variables | {"STATEMENT_TIMEOUT_SECONDS": "1"})
    with hasty.publisher() as publish, ThreadPoolExecutor(1) as threads:
        publish(event(orderId="O-1"))
        with locked(database):
            waiting = threads.submit(publish, event(orderId="O-1"))
            time.sleep(3)
            waited = not waiting.done()
        summary = waiting.result()

    assert waited
    assert summary["published"] == 1


def test_a_hung_postgresql_holds_no_thread(api: httpx2.Client, database: Postgres) -> None:
    with hung(processes(database)):
        first, second = together(api, *PATHS), together(api, *PATHS)

    assert_unavailable(*first, *second)
    assert recovers(api)


def test_a_token_is_asked_for_in_vain_while_postgresql_hangs(
    api: httpx2.Client, database: Postgres, credentials: dict[str, str]
) -> None:
    with hung(processes(database)):
        started = time.monotonic()
        response = api.post("/identity/token", json={"auth": {"apiKeyCredentials": credentials}})
        ready, alive = together(api, "/readyz", "/healthz")

    assert_unavailable(response, ready)
    assert time.monotonic() - started < 2 * BOUND
    assert alive.status_code == 200


def test_connections_that_are_open_are_used_while_no_new_one_is_answered(
    api: httpx2.Client, database: Postgres
) -> None:
    with hung(processes(database)[:1]):
        answers = [api.get(FEED).status_code for _ in range(10)]

    assert answers == [200] * 10


def test_who_gets_no_connection_of_a_full_pool_is_asked_to_come_back(
    installation: Installation, database: Postgres, credentials: dict[str, str], tmp_path: Path
) -> None:
    small = installation.serve(tmp_path, DATABASE_POOL_SIZE="1", STATEMENT_TIMEOUT_SECONDS="10")
    with small as server, client_of(server.url, credentials) as api:
        api.get(FEED)  # the token is known from here on
        with ThreadPoolExecutor(1) as threads:
            with locked(database):
                holder = threads.submit(api.get, FEED)
                time.sleep(0.5)
                refused = together(api, *PATHS[1:])
            held = holder.result()

        assert_unavailable(*refused)
        assert held.status_code == 200
        assert recovers(api)
