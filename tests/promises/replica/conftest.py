"""A primary, a standby, a server that reads from each, and a publisher; for all tests of the folder."""

from collections.abc import Iterator

import httpx2
import pytest

from testbed.installation import Publisher, client_of
from testbed.replica_pair import Pair, filled, followed


@pytest.fixture(scope="package")
def pair() -> Iterator[Pair]:
    with filled() as primary, followed(primary) as pair:
        yield pair


@pytest.fixture(scope="package")
def near(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a server that knows no replica."""
    with (
        pair.installation.serve(tmp_path_factory.mktemp("near")) as server,
        client_of(server.url, pair.credentials) as api,
    ):
        yield api


@pytest.fixture(scope="package")
def late(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a server that reads from the standby."""
    replica = {"DATABASE_REPLICA_URLS": pair.standby.url, "REPLICA_RETRY_SECONDS": "1"}
    impatient = {"STATEMENT_TIMEOUT_SECONDS": "1"}
    with (
        pair.installation.serve(tmp_path_factory.mktemp("late"), **replica, **impatient) as server,
        client_of(server.url, pair.credentials) as api,
    ):
        yield api


@pytest.fixture(scope="package")
def publish(pair: Pair) -> Iterator[Publisher]:
    with pair.installation.publisher() as publisher:
        yield publisher
