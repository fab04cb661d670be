"""Polls while an ingest runs at full speed, beside the same polls in peace."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

import orjson

from benchmarks.bench import Bench, pages_of
from benchmarks.feed import renumbered, write_feed
from benchmarks.load import Target
from benchmarks.servers import ROOT, Running
from benchmarks.stage import Database
from benchmarks.table import Figure
from testbed.dataset import BIG, OTHERS
from testbed.events import story
from testbed.feeds import FEED

CONNECTIONS = 4
PAUSE = 20  # milliseconds between a connection's polls: callers that poll, not a flood
LINES = 20_000


def figures(bench: Bench) -> Iterator[Figure]:
    database = bench.stage.database("live", template="small")
    with bench.stage.serve(database) as ours:
        idle = f"{FEED}?updatedSince={database.newest()}"
        polls = Target(
            ours, [path for page in pages_of(ours, database.times()).paths for path in (page, idle)]
        )
        watch = bench.sizes.watched
        bench.rounds.drive(polls, 1)
        quiet = bench.rounds.drive(polls, watch, CONNECTIONS, PAUSE)
        with _ingest(bench, database):
            busy = bench.rounds.drive(polls, watch, CONNECTIONS, PAUSE)
            lags = _lags(ours, database, watch)
    waits = f"{busy.p99:.1f} ms", f"{quiet.p99:.1f} ms"
    name = "p99 of polls during an ingest against in peace"
    yield Figure(name, *waits, busy.p99 / quiet.p99, 5, at_most=True)
    worst = sorted(lags)[int(len(lags) * 0.99)]
    name = "commit to visible during an ingest, p99"
    yield Figure(name, f"{worst * 1000:.0f} ms", "", worst, 0.2, at_most=True, unit="s")


@contextmanager
def _ingest(bench: Bench, database: Database) -> Iterator[None]:
    """`manage.py ingest -` without a pause, of another channel, until the block ends."""
    file = bench.stage.folder / "meanwhile.ndjson"
    write_feed(file, LINES, channel=OTHERS[0], open_orders=1)
    process = subprocess.Popen(  # noqa: S603 - our own command
        database.command("ingest", "-"),
        env=database.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    thread = threading.Thread(target=_pour, args=(process, file.read_bytes()), daemon=True)
    thread.start()
    try:
        time.sleep(2)  # until it is under way
        yield
        if process.poll() is not None:
            raise RuntimeError("the ingest ended before the polls did")
    finally:
        process.kill()
        process.wait()
        thread.join()


def _pour(process: subprocess.Popen[bytes], feed: bytes) -> None:
    """The same feed over and over, of other orders each time."""
    assert process.stdin
    with suppress(BrokenPipeError), process.stdin as lines:
        for times in range(1000):
            lines.write(renumbered(feed, times))


def _lags(ours: Running, database: Database, seconds: int) -> list[float]:
    """Seconds from the commit of an order until a poller, who asks without a pause, has it."""
    environment = {**database.environment, "DJANGO_SETTINGS_MODULE": "acommerce_status.settings"}
    command = [sys.executable, "-m", "benchmarks.one_by_one"]
    publisher = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    assert publisher.stdin
    assert publisher.stdout
    deadline, lags, since = time.monotonic() + seconds, [], database.newest()
    with publisher.stdin as lines:
        for number in count(6_000_000_000):
            event = story(BIG, "143", number, random.Random(number))[0]
            lines.write(orjson.dumps(event) + b"\n")
            committed = float(publisher.stdout.readline())
            since = _seen(ours, since)
            lags.append(time.monotonic() - committed)
            if time.monotonic() > deadline:
                break
    publisher.wait()
    return lags


def _seen(ours: Running, since: str) -> str:
    """Poll until there is something new; where to go on from."""
    while True:
        page = json.loads(ours.get(f"{FEED}?updatedSince={since}")[2])
        if page["orders"]:
            return str(page["nextUpdatedSince"])
