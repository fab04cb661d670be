"""A client that keeps sending back what it was given sees every change, whatever the writers do.

What must be there for these tests to pass, tried by taking it out:
* `select_for_update()` in `orders.clock.FeedClock.advance`: without it pollers miss changes, and the second
  test shows that this harness finds them;
* `FeedHead.objects.move` in `tables.publish_orders`: without it they are answered that nothing is new.
"""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from testbed.installation import Installation
from testbed.servers import database_environment, serve
from tests.promises.polling import Watch, admitted, watching
from tests.promises.publishing import WRITERS, expected, write_together
from tests.published import documents, without_times

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]


@pytest.fixture
def watch(committed: None, tmp_path: Path) -> Iterator[Watch]:
    """Four pollers of a server of their own."""
    with serve(tmp_path, LOG_LEVEL="WARNING") as server, watching(server.url, admitted()) as watch:
        yield watch


@contextmanager
def audited() -> Iterator[list[str]]:
    """What `manage.py audit` says, run again and again while the block runs."""
    said: list[str] = []
    enough = Event()

    def audit() -> None:
        with closing(connection):
            while not enough.wait(0.5):
                out = io.StringIO()
                with suppress(CommandError):
                    call_command("audit", stdout=out)
                said.append(out.getvalue())

    with ThreadPoolExecutor(1) as threads:
        auditing = threads.submit(audit)
        try:
            yield said
        finally:
            enough.set()
        auditing.result()


def test_pollers_hold_exactly_what_eight_writers_published(watch: Watch) -> None:
    """And an audit that looks on finds nothing wrong at any moment."""
    here = Installation(database_environment())
    with audited() as said:
        written = write_together(here)
    polled = watch.answers
    watch.finish()

    published = documents(here.variables["DATABASE_URL"])
    oracle = expected()
    assert min(written["held"], written["rolledBack"]) > WRITERS / 2
    assert min(polled.values()) > 50
    assert not watch.lost(published)
    assert without_times(published) == without_times({key: oracle.document(key) for key in oracle.orders})
    assert len(said) > 2
    assert set(said) == {"Everything is as promised.\n"}


def test_without_the_lock_of_the_clock_updates_are_lost(watch: Watch) -> None:
    """The control: this harness can fail."""
    here = Installation(database_environment())
    write_together(here, "--without-lock")
    watch.finish()

    assert watch.lost(documents(here.variables["DATABASE_URL"]))
