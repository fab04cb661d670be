"""Four server processes, which share a database and a Redis."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from testbed.servers import Server, serve


@pytest.fixture(scope="module")
def servers(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """On the database and the Redis of the tests; no window of an order's quota ends meanwhile."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(serve(tmp_path_factory.mktemp("server"), ORDER_RATE="6/d")) for _ in range(4)
        ]
