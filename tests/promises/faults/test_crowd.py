"""Ten times as many polls as the server has threads, while PostgreSQL does not answer.

Fails when `pass_through` is taken out of stores.postgresql.base.DatabaseWrapper: then they stand in
line, each for as long as the one before.
"""

import httpx2
import pytest

from testbed.services import Postgres
from tests.promises.faults.answers import PATHS, assert_unavailable, recovers, together
from tests.promises.hanging import hung, processes

pytestmark = pytest.mark.slow


def test_a_crowd_is_not_kept_waiting_by_a_hung_postgresql(api: httpx2.Client, database: Postgres) -> None:
    with hung(processes(database)):
        answers = together(api, *PATHS * 10, "/healthz")

    assert_unavailable(*answers[:-1])
    assert answers[-1].status_code == 200
    assert recovers(api)


def test_a_crowd_is_not_kept_waiting_without_postgresql(api: httpx2.Client, database: Postgres) -> None:
    database.stop("immediate")
    answers = together(api, *PATHS * 10, "/healthz")
    database.start()

    assert_unavailable(*answers[:-1])
    assert answers[-1].status_code == 200
    assert recovers(api)
