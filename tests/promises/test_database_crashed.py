"""A database that dies in the middle of an ingest: what pollers have received stays true.

What must be there for this test to pass, tried by taking it out:
* `if known and event.revision <= known.revision` in `Draft.apply`: without it what is ingested
  again takes back what came after it.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orders.publishing import ingest
from testbed.installation import Installation, installed
from testbed.servers import ROOT, database_environment
from testbed.services import Postgres
from tests.promises.events import platform_events, write_file
from tests.promises.polling import Watch, watching_over
from tests.published import documents, state

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

CRASHES = 4
EVENTS_BETWEEN = 150
TIMEOUT = 60


@pytest.fixture
def database() -> Iterator[Postgres]:
    """A migrated database that would outlive a crash of the machine, too."""
    with installed(fsync=True) as (server, _):
        yield server


@pytest.fixture
def watch(database: Postgres, tmp_path: Path) -> Iterator[Watch]:
    """Pollers of a server on it."""
    with watching_over(Installation({"DATABASE_URL": database.url}), tmp_path / "server") as watch:
        yield watch


def start_ingest(database: Postgres, file: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "ingest", str(file), "--batch-size", "50"],
        env=os.environ | {"DATABASE_URL": database.url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_events(database: Postgres, count: int) -> None:
    """Return once so many have been published."""
    deadline = time.monotonic() + TIMEOUT
    with psycopg.connect(database.url, autocommit=True) as connection:
        question = "SELECT count(*) >= %s FROM orders_statusevent"
        while connection.execute(question, [count]).fetchone() != (True,):
            assert time.monotonic() < deadline
            time.sleep(0.005)


def crash_during_ingest(database: Postgres, file: Path, count: int) -> int:
    """The ingest's exit status, when the database died with `count` events in it, and came back."""
    ingesting = start_ingest(database, file)
    try:
        wait_for_events(database, count)
        database.stop("immediate")
        status = ingesting.wait(TIMEOUT)
    finally:
        ingesting.kill()
        ingesting.wait()
    database.start()
    return status


def test_what_was_published_outlives_crashes_and_the_rest_is_published_again(
    database: Postgres, watch: Watch, tmp_path: Path
) -> None:
    with psycopg.connect(database.url) as connection:
        safe = connection.execute("SHOW fsync").fetchone()
    events = platform_events(seed=2, count=2500)
    file = write_file(tmp_path / "events.ndjson", events)

    died = [crash_during_ingest(database, file, EVENTS_BETWEEN * number) for number in range(1, CRASHES + 1)]
    finished = start_ingest(database, file).wait(TIMEOUT)
    watch.finish()

    ingest.publish(events)
    assert safe == ("on",)
    assert 0 not in died
    assert finished == 0
    assert watch.interruptions
    assert not watch.lost(documents(database.url))
    assert state(database.url) == state(database_environment()["DATABASE_URL"])
