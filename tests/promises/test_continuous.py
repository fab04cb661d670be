"""`manage.py ingest -` on a pipe that stays open (contract, section 8)."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, cast

import pytest

from orders.models import SalesOrder
from testbed.events import Fields, event, new_orders, withdrawal
from testbed.installation import installed
from testbed.servers import ROOT, database_environment
from tests.published import history

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

PATIENCE = 20
PROMISED_SECONDS = 0.15
LEAST_EVENTS_PER_SECOND = 5000


class Ingest:
    """A running `ingest -`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.pipe = cast(IO[bytes], process.stdin)

    def send(self, *lines: Fields, rest: bytes = b"") -> None:
        self.pipe.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines) + rest)
        self.pipe.flush()

    def end(self) -> tuple[int, str, str]:
        """Close the pipe; the status, and what was printed to standard output and to standard error."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out.decode(), err.decode()


@contextmanager
def ingesting(folder: Path, *arguments: str, **variables: str) -> Iterator[Ingest]:
    """The command, in this folder, with a pipe as its input."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "ingest", "-", *arguments],
        cwd=folder,
        env=os.environ | database_environment() | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield Ingest(process)
        finally:
            process.kill()


def until(condition: Callable[[], bool]) -> float:
    """Wait for it; how many seconds it took."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < PATIENCE, "it never came"
        time.sleep(0.001)
    return time.monotonic() - started


def orders() -> int:
    return SalesOrder.objects.count()


def has_orders(count: int) -> bool:
    return orders() == count


def test_each_line_of_an_open_pipe_is_visible_within_the_time_promised(tmp_path: Path) -> None:
    took: list[float] = []
    with ingesting(tmp_path) as running:
        running.send(event(orderId="first"))
        until(lambda: orders() == 1)
        for number in range(100):
            running.send(event(orderId=f"O-{number}"))
            took.append(until(partial(has_orders, number + 2)))
        status, printed, said = running.end()

    print(f"p50 {sorted(took)[50]:.3f} s, p99 {sorted(took)[98]:.3f} s")
    assert sorted(took)[98] <= PROMISED_SECONDS
    assert (status, said) == (0, "")
    assert printed.startswith("published 101, revised 0, deleted 0, unchanged 0, rejected 0 in ")
    assert not list(tmp_path.iterdir())


def test_a_thick_stream_is_taken_as_fast_as_promised(tmp_path: Path) -> None:
    lines = new_orders(30_000)
    with ingesting(tmp_path) as running:
        running.send(event(orderId="first"))
        until(lambda: orders() == 1)
        started = time.monotonic()
        running.send(*lines)
        status, _, _ = running.end()
        speed = len(lines) / (time.monotonic() - started)

    print(f"{speed:.0f} events/s")
    assert status == 0
    assert orders() == len(lines) + 1
    assert speed >= LEAST_EVENTS_PER_SECOND


@pytest.mark.parametrize(("number", "name"), [(signal.SIGTERM, "SIGTERM"), (signal.SIGINT, "SIGINT")])
def test_told_to_stop_it_publishes_what_was_read_whole(tmp_path: Path, number: int, name: str) -> None:
    with ingesting(tmp_path) as running:
        running.send(event(eventId="a"))
        until(lambda: orders() == 1)
        running.send(event(eventId="b"), event(eventId="c"), rest=b'{"eventId": "d", ')
        time.sleep(0.02)
        running.process.send_signal(number)
        until(lambda: running.process.poll() is not None)
        status, printed, said = running.end()

    assert history() == ["a", "b", "c"]
    assert status == 128 + number
    assert printed.startswith("published 3,")
    assert said == (
        f"CommandError: Stopped by {name}. The first 3 lines, blank ones not counted, are published or"
        " refused; ingest what follows, or everything, again.\n"
    )
    assert not list(tmp_path.iterdir())


def test_what_is_refused_is_in_the_reject_file_while_the_pipe_is_open(tmp_path: Path) -> None:
    with ingesting(tmp_path) as running:
        running.send({}, withdrawal("a"))
        until(lambda: any(file.stat().st_size for file in tmp_path.iterdir()))
        status, _, said = running.end()

    (file,) = tmp_path.iterdir()
    assert file.name.startswith("stdin.")
    assert json.loads(file.read_text())["line"] == 1
    assert (status, said) == (1, f"CommandError: 1 lines were refused; see {file.name}.\n")


def test_two_in_one_folder_keep_their_rejects_apart(tmp_path: Path) -> None:
    with ingesting(tmp_path) as first, ingesting(tmp_path) as second:
        first.send({})
        until(lambda: any(file.stat().st_size for file in tmp_path.iterdir()))
        second.send(event())
        statuses = second.end()[0], first.end()[0]

    assert statuses == (0, 1)
    assert [json.loads(file.read_text())["text"] for file in tmp_path.iterdir()] == ["{}"]


def test_a_database_that_restarts_costs_nothing_and_one_that_stays_away_ends_it_in_a_sentence(
    tmp_path: Path,
) -> None:
    with installed() as (database, place):
        with ingesting(tmp_path, "--database-timeout", "15", **place.variables) as running:
            running.send(*new_orders(3))
            database.stop("immediate")
            running.send(*new_orders(3, revision=2))
            database.start()
            running.send(*new_orders(3, revision=3))
            status, printed, said = running.end()
        with ingesting(tmp_path, "--database-timeout", "1", **place.variables) as running:
            running.send(event())
            time.sleep(2)
            database.stop("immediate")
            running.send(event())
            until(lambda: running.process.poll() is not None)
            failed = running.end()
        with ingesting(tmp_path, **place.variables) as running:
            away = running.end()

    assert status == 0, said
    assert "published 9," in printed or "unchanged" in printed
    for status, _, said in (failed, away):
        assert status == 1
        assert "Traceback" not in said
        assert "CommandError: The database failed: " in said
    assert "The first 1 lines, blank ones not counted, are published" in failed[2]
    assert "The first 0 lines, blank ones not counted, are published" in away[2]
