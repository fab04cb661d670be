"""Files: how long a large one takes, and a thousand that are due at once, with webhooks beside them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import orjson

from benchmarks.servers import ROOT
from benchmarks.stage import Database
from benchmarks.table import Figure
from benchmarks.webhooks.changes import channel_of
from benchmarks.webhooks.delivering import CHANNELS, waits
from benchmarks.webhooks.ground import Ground
from benchmarks.webhooks.receivers import Receivers, receiving
from benchmarks.webhooks.subscriptions import subscribe
from testbed.events import STORY_BEGINS, event
from wire.times import format_time

EVENTS, LARGE = 12, 10_000
"""Of each order, and orders of the file that the target is about."""
DELIVERED = "SELECT count(*) FROM delivery_batch WHERE delivered_time IS NOT NULL"
DUE = "UPDATE delivery_subscription SET due_time = now() WHERE mechanism = 'file'"
TIMEOUT = 120


def figures(ground: Ground) -> Iterator[Figure]:
    seconds, cpu, rows = _cut(ground, ground.sizes.cut)
    name = f"files: {ground.sizes.cut:,} orders of {EVENTS} events cut and frozen, for {LARGE:,}"
    scaled = seconds * LARGE / ground.sizes.cut
    per_row = f"{cpu / rows * 1e6:,.0f} a row"
    yield Figure(name, f"{scaled:.1f} s", "", scaled, 3, at_most=True, unit="s", cpu=per_row)
    with receiving(CHANNELS, record=True) as receivers:
        yield from _at_once(ground, receivers)


def _cut(ground: Ground, orders: int) -> tuple[float, float, int]:
    """Seconds by the clock, of CPU, and rows."""
    database, file = ground.database(), ground.stage.folder / "batch.ndjson"
    file.write_bytes(b"".join(_lines(orders)))
    database.manage("ingest", str(file))
    subscribe(database.environment, ["cut"], [channel_of(0)], from_beginning=True, folders=True)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.webhooks.cutting"],
        cwd=ROOT,
        env={**database.environment, "DJANGO_SETTINGS_MODULE": "acommerce_status.settings"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found, rows, seconds, cpu = done.stdout.split()
    if (int(found), int(rows)) != (orders, orders * EVENTS):
        raise RuntimeError(f"{found} of {orders} orders are in the file, in {rows} rows")
    return float(seconds), float(cpu), int(rows)


def _lines(orders: int) -> Iterator[bytes]:
    """The events of one channel."""
    times = [format_time(STORY_BEGINS + timedelta(minutes=minute)) for minute in range(EVENTS)]
    for number in range(orders):
        for index, moment in enumerate(times):
            fields = {"orderId": f"B-{number}", "eventId": f"{number}-{index}", "eventTime": moment}
            yield orjson.dumps(event(channelId=channel_of(0), detail=f"step {index}", **fields)) + b"\n"


def _at_once(ground: Ground, receivers: Receivers) -> Iterator[Figure]:
    """A webhook and files for each of the many channels; the files become due while changes are told."""
    database = ground.shops(receivers)
    names = [channel_of(number) for number in range(CHANNELS)]
    subscribe(database.environment, names, names, folders=True)
    with ground.delivering(database, receivers) as pid:
        quiet = waits(database.environment, receivers, pid, ground.sizes.watched).usually(0.99)
        began = time.monotonic()
        with database.connect() as connection:
            connection.execute(DUE)
        busy = waits(database.environment, receivers, pid, ground.sizes.watched).usually(0.99)
        seconds = _until_delivered(database) - began
    name = f"files: {CHANNELS:,} subscriptions due at once, until the last is delivered"
    yield Figure(name, f"{seconds:.0f} s", "", seconds, 60, at_most=True, unit="s")
    shown = f"{busy * 1000:.0f} ms", f"{quiet * 1000:.0f} ms"
    yield Figure("webhooks: p99 beside them against before", *shown, busy / quiet, 1.2, at_most=True)


def _until_delivered(database: Database) -> float:
    """The moment when each has a file. Raises RuntimeError."""
    deadline = time.monotonic() + TIMEOUT
    with database.connect() as connection:
        while time.monotonic() < deadline:
            row = connection.execute(DELIVERED).fetchone()
            if row and row[0] >= CHANNELS:
                return time.monotonic()
            time.sleep(0.1)
    raise RuntimeError(f"{row and row[0]} of {CHANNELS} files were delivered")
