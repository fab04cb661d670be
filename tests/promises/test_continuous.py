"""`manage.py ingest -` on a pipe that stays open (contract, section 8)."""

import json
import signal
import time
import zlib
from functools import partial
from pathlib import Path

import orjson
import pytest

from orders.models import SalesOrder
from testbed.events import event, new_orders, withdrawal
from testbed.open_ingest import ingesting, until
from tests.published import history

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

PROMISED_SECONDS = 0.15
"""For 99 in 100. Here it is for half of them, because these tests share their machine with others."""

LEAST_EVENTS_PER_SECOND = 1000
"""A fifth of what is promised, for the same reason; one line a transaction would give a tenth of it."""


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
    assert sorted(took)[50] <= PROMISED_SECONDS
    assert (status, said) == (0, "")
    assert printed.startswith("published 101, revised 0, deleted 0, unchanged 0, rejected 0 in ")
    assert not list(tmp_path.iterdir())


def test_a_thick_stream_is_taken_as_fast_as_promised(tmp_path: Path) -> None:
    lines = new_orders(10_000)
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


def test_packed_lines_are_visible_as_soon_as_their_sender_flushed_them(tmp_path: Path) -> None:
    packer = zlib.compressobj(wbits=31)
    with ingesting(tmp_path) as running:
        for number in range(3):
            line = orjson.dumps(event(orderId=f"O-{number}")) + b"\n"
            running.send(rest=packer.compress(line) + packer.flush(zlib.Z_SYNC_FLUSH))
            until(partial(has_orders, number + 1))
        running.send(rest=packer.flush())
        status, _, said = running.end()

    assert (status, said) == (0, "")


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
