"""A PostgreSQL that answers but refuses: as a demoted primary, with plans for older columns, without a table.

What must be there for these tests to pass, tried by taking it out:
* `_would_fail_again` in `stores.postgresql.base`: without it both are 500, the second until the restart;
* `_refuses_writes` in `acommerce_status.health`: without it such a server says that it is ready;
* `NOT_THERE` in `wire.problem`: without it every poll is 500 while a dump is restored;
* `give_up` in `acommerce_status.health`: without it a server that may write again is not ready for an hour.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from testbed.feeds import FEED
from testbed.installation import Installation, client_of, eventually
from testbed.services import Postgres
from tests.promises.faults.answers import PATHS, assert_unavailable, recovers, together

pytestmark = pytest.mark.slow

NOT_READY = "The database is not ready: read-only."


def run(database: Postgres, *statements: str) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@contextmanager
def read_only(database: Postgres) -> Iterator[None]:
    """No connection that begins meanwhile may write, and all begin anew, as when a primary is demoted."""
    everyone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    run(database, "ALTER DATABASE postgres SET default_transaction_read_only = on", everyone)
    try:
        yield
    finally:
        normal = "ALTER DATABASE postgres RESET default_transaction_read_only"
        run(database, "SET default_transaction_read_only = off", normal, everyone)


def token_request(api: httpx2.Client, credentials: dict[str, str]) -> httpx2.Response:
    return api.post("/identity/token", json={"auth": {"apiKeyCredentials": credentials}})


def test_a_read_only_database_gives_no_token_and_is_not_ready(
    api: httpx2.Client, database: Postgres, credentials: dict[str, str]
) -> None:
    with read_only(database):
        assert eventually(lambda: api.get("/readyz").json().get("detail") == NOT_READY)
        refused, ready = token_request(api, credentials), api.get("/readyz")
        polls = together(api, *PATHS)

    assert_unavailable(refused, ready)
    assert [poll.status_code for poll in polls] == [200] * 4
    assert eventually(lambda: token_request(api, credentials).status_code == 200)
    assert eventually(lambda: api.get("/readyz").status_code == 200)


def test_what_may_be_written_again_is_found_by_the_connections_that_are_open(
    api: httpx2.Client, database: Postgres, credentials: dict[str, str]
) -> None:
    with read_only(database):
        assert eventually(lambda: api.get("/readyz").status_code == 503)
        normal = "ALTER DATABASE postgres RESET default_transaction_read_only"
        run(database, "SET default_transaction_read_only = off", normal)

        assert eventually(lambda: api.get("/readyz").status_code == 200)
        assert eventually(lambda: token_request(api, credentials).status_code == 200)


def test_a_column_whose_type_changes_costs_each_connection_one_answer(
    api: httpx2.Client, database: Postgres
) -> None:
    for _ in range(30):  # enough for every connection to have prepared what it asks
        together(api, *PATHS)
    run(database, "ALTER TABLE orders_salesorder ALTER COLUMN document TYPE varchar")
    try:
        answers = [answer for _ in range(10) for answer in together(api, *PATHS)]
        has_recovered = recovers(api)
    finally:
        run(database, "ALTER TABLE orders_salesorder ALTER COLUMN document TYPE text")
    refused = [answer for answer in answers if answer.status_code != 200]

    assert refused
    assert_unavailable(*refused)
    assert has_recovered


def test_a_table_that_is_not_there_yet_is_waited_for(api: httpx2.Client, database: Postgres) -> None:
    run(database, "ALTER TABLE orders_salesorder RENAME TO restored_later")
    try:
        answers = together(api, *PATHS)
    finally:
        run(database, "ALTER TABLE restored_later RENAME TO orders_salesorder")

    assert_unavailable(*answers)
    assert recovers(api)


def test_a_process_that_polls_replicas_stays_ready_without_a_primary_that_can_be_written(
    installation: Installation, database: Postgres, credentials: dict[str, str], tmp_path: Path
) -> None:
    replica = {"DATABASE_REPLICA_URLS": database.url}
    with (
        installation.serve(tmp_path, **replica) as server,
        client_of(server.url, credentials) as other,
    ):
        with read_only(database):
            said = {"status": "ok", "checks": {"database": "read-only", "limits": "ok"}}
            assert eventually(lambda: other.get("/readyz").json() == said)
            ready, poll = other.get("/readyz"), other.get(FEED)
            refused = token_request(other, credentials)
        assert eventually(lambda: other.get("/readyz").json()["checks"]["database"] == "ok")

    assert (ready.status_code, poll.status_code) == (200, 200)
    assert_unavailable(refused)
