"""One installation for the tests of a module."""

from collections.abc import Iterator

import httpx2
import pytest

from testbed.installation import Installation, client_of, installed
from tests.promises.delivery.subscribers import GRANTS, SETTINGS


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, httpx2.Client]]:
    """An installation with a server, and a client with a token."""
    with installed() as (_, here):
        there = Installation(here.variables | SETTINGS)
        credentials = there.create_caller("shop", grants=GRANTS)
        with (
            there.serve(tmp_path_factory.mktemp("server")) as server,
            client_of(server.url, credentials) as client,
        ):
            yield there, client
