"""A client that keeps sending back what it was given sees every change, whatever the writers do.

What must be there for these tests to pass, tried by taking it out:
* `select_for_update()` in `orders.models.FeedClock.advance`: without it pollers miss changes, and the second
  test shows that this harness finds them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.installation import Installation
from tests.promises.state import documents, without_times
from tests.promises.watching import Watch, admitted, watching
from tests.promises.writers import WRITERS, oracle, write_together
from tests.servers import database_environment, serve

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]


@pytest.fixture
def watch(committed: None, tmp_path: Path) -> Iterator[Watch]:
    """Four pollers of a server of their own."""
    with serve(tmp_path, LOG_LEVEL="WARNING") as server, watching(server.url, admitted()) as watch:
        yield watch


def test_pollers_hold_exactly_what_eight_writers_published(watch: Watch) -> None:
    here = Installation(database_environment())
    written = write_together(here)
    polled = watch.answers
    watch.finish()

    published = documents(here.variables["DATABASE_URL"])
    told = oracle()
    assert min(written["held"], written["rolledBack"]) > WRITERS / 2
    assert min(polled.values()) > 100
    assert not watch.lost(published)
    assert without_times(published) == without_times({key: told.document(key) for key in told.orders})


def test_without_the_lock_of_the_clock_updates_are_lost(watch: Watch) -> None:
    """The control: this harness can fail."""
    here = Installation(database_environment())
    write_together(here, "--without-lock")
    watch.finish()

    assert watch.lost(documents(here.variables["DATABASE_URL"]))
