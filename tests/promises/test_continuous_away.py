"""A publisher that stays open while its database restarts, stays away, or was never there."""

import json
import signal
import time
from pathlib import Path

import pytest

from testbed.events import event, new_orders
from testbed.installation import installed
from testbed.open_ingest import OpenIngest, ingesting, until

pytestmark = pytest.mark.slow


def test_a_database_that_restarts_costs_nothing(tmp_path: Path) -> None:
    with installed() as (database, place), ingesting(tmp_path, **place.variables) as running:
        begin(running, tmp_path)
        running.send(*new_orders(3))
        database.stop("immediate")
        running.send(*new_orders(3))
        database.start()
        running.send(*new_orders(3))
        status, printed, said = running.end()

    assert "1 lines were refused" in said
    assert "Traceback" not in said
    assert status == 1
    assert printed.startswith("published 9,") or "unchanged" in printed


def test_a_database_that_stays_away_ends_it_in_a_sentence_and_saves_what_was_read(tmp_path: Path) -> None:
    with (
        installed() as (database, place),
        ingesting(tmp_path, "--database-timeout", "1", **place.variables) as running,
    ):
        begin(running, tmp_path)
        database.stop("immediate")
        running.send(event(eventId="a"))
        until(lambda: running.process.poll() is not None)
        status, _, said = running.end()

    (file,) = tmp_path.iterdir()
    assert status == 1
    assert "Traceback" not in said
    assert "The database failed: " in said
    assert "The first 1 lines, blank ones not counted, are published" in said
    assert said.endswith(f" 1 lines that were read and not published are in {file.name}.\n")
    assert json.loads(json.loads(file.read_text().splitlines()[1])["text"])["eventId"] == "a"


def test_a_database_that_is_away_at_the_start_is_not_waited_for(tmp_path: Path) -> None:
    with installed() as (database, place):
        database.stop("immediate")
        with ingesting(tmp_path, **place.variables) as running:
            until(lambda: running.process.poll() is not None)
            status, _, said = running.end()

    assert status == 1
    assert "Traceback" not in said
    assert "CommandError: The database failed: " in said
    assert said.endswith(" Nothing was published.\n")


def begin(running: OpenIngest, folder: Path) -> None:
    """Return when it is under way, which the reject file of its first line tells."""
    running.send({})
    until(lambda: any(file.stat().st_size for file in folder.iterdir()))


def test_told_twice_to_stop_it_does_not_wait_for_the_database(tmp_path: Path) -> None:
    with installed() as (database, place), ingesting(tmp_path, **place.variables) as running:
        begin(running, tmp_path)
        database.stop("immediate")
        running.send(event(eventId="a"))
        time.sleep(1)
        for _ in range(2):
            running.process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
        took = until(lambda: running.process.poll() is not None)
        status, _, said = running.end()

    (file,) = tmp_path.iterdir()
    saved = json.loads(file.read_text().splitlines()[1])
    assert took < 5
    assert status == 128 + signal.SIGTERM
    assert "Stopped by SIGTERM. The first 1 lines" in said
    assert (saved["line"], saved["reason"]) == (2, "was read, but not published before the end")
    assert json.loads(saved["text"])["eventId"] == "a"
