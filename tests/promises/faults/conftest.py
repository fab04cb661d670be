"""A PostgreSQL, a Redis and a server that sees all the faults, one after the other."""

from collections.abc import Iterator

import httpx2
import pytest

from testbed.events import new_orders
from testbed.installation import Installation, client_of
from testbed.services import Postgres, Redis, postgres, redis
from tests.promises.faults.answers import recovers


@pytest.fixture(scope="package")
def database() -> Iterator[Postgres]:
    """A PostgreSQL with fifty orders."""
    with postgres() as running:
        installation = Installation({"DATABASE_URL": running.url})
        installation.manage("migrate")
        with installation.publisher() as publish:
            publish(*new_orders(50))
        yield running


@pytest.fixture(scope="package")
def counters() -> Iterator[Redis]:
    with redis() as running:
        yield running


@pytest.fixture(scope="package")
def installation(database: Postgres, counters: Redis) -> Installation:
    return Installation({"DATABASE_URL": database.url, "REDIS_URL": counters.url, "ORDER_RATE": "1000000/m"})


@pytest.fixture(scope="package")
def credentials(installation: Installation) -> dict[str, str]:
    return installation.create_caller("poller")


@pytest.fixture(scope="package")
def api(
    installation: Installation, credentials: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx2.Client]:
    """A client of the server."""
    with (
        installation.serve(tmp_path_factory.mktemp("server"), STATEMENT_TIMEOUT_SECONDS="1") as server,
        client_of(server.url, credentials) as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def all_is_well(api: httpx2.Client) -> None:
    """Every test begins, and so every test but the last ends, with a server that answers."""
    assert recovers(api), "the server has not recovered from the test before"
