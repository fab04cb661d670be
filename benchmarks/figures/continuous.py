"""Publishing without end: how fast thick lines in a pipe go in, and how soon thin ones are seen."""

import json
import random
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import IO, cast

import orjson

from benchmarks.bench import Bench
from benchmarks.feed import write_feed
from benchmarks.servers import Running
from benchmarks.stage import Database
from benchmarks.table import Figure
from testbed.dataset import BIG, OTHERS
from testbed.events import story
from testbed.feeds import FEED

PAUSE_SECONDS = 0.1
"""At most, between two thin lines."""


def figures(bench: Bench) -> Iterator[Figure]:
    yield _thick(bench)
    database = bench.stage.database("thin", template="small")
    with bench.stage.serve(database) as ours, _ingest(database) as pipe:
        waits = sorted(_waits(ours, database, pipe, bench.sizes.watched))
    worst = waits[int(len(waits) * 0.99)]
    name = "thin lines in a pipe, from line to visible, p99"
    yield Figure(name, f"{worst * 1000:.0f} ms", "", worst, 0.15, at_most=True, unit="s")


def _thick(bench: Bench) -> Figure:
    file = bench.stage.folder / "thick.ndjson"
    write_feed(file, bench.sizes.events, channel=OTHERS[0], open_orders=300)
    database = bench.stage.database("thick", template="small")
    done = subprocess.run(  # noqa: S603 - our own command
        database.command("ingest", "-"),
        env=database.environment,
        input=file.read_bytes(),
        capture_output=True,
        check=True,
    )
    seconds = re.search(rb"rejected 0 in ([0-9.]+) s", done.stdout)
    if not seconds:
        raise RuntimeError(f"the ingest failed: {done.stdout!r}")
    rate = bench.sizes.events / float(seconds[1])
    return Figure("thick lines in a pipe", f"{rate:,.0f}/s", "", rate, 5000, unit="events/s")


@contextmanager
def _ingest(database: Database) -> Iterator[IO[bytes]]:
    """The pipe of an `ingest -` that ends with the block."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        database.command("ingest", "-"),
        env=database.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        bufsize=0,
    )
    try:
        yield cast(IO[bytes], process.stdin)
    finally:
        process.kill()
        process.communicate()


def _waits(ours: Running, database: Database, pipe: IO[bytes], seconds: int) -> list[float]:
    """Seconds from writing each line to having it by a poller who asks without a pause."""
    chance, since, waits = random.Random(1), database.newest(), list[float]()
    deadline = time.monotonic() + seconds
    for number in count(7_000_000_000):
        pipe.write(orjson.dumps(story(BIG, "143", number, random.Random(number))[0]) + b"\n")
        written = time.monotonic()
        since = _seen(ours, since)
        waits.append(time.monotonic() - written)
        if time.monotonic() > deadline:
            break
        time.sleep(chance.uniform(0, PAUSE_SECONDS))
    return waits[1:]  # the first one waits for the command to start


def _seen(ours: Running, since: str) -> str:
    """Poll until there is something new; return where to go on from."""
    while True:
        page = json.loads(ours.get(f"{FEED}?updatedSince={since}")[2])
        if page["orders"]:
            return str(page["nextUpdatedSince"])
