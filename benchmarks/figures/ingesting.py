"""Publishing a file: how fast, beside a bare COPY of the rows that come of it, and in how much memory."""

import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.feed import write_feed
from benchmarks.processes import peak_until_end
from benchmarks.stage import Database
from benchmarks.table import Figure
from testbed.dataset import OTHERS

TABLES = {
    "orders_salesorder": "id > %(newest)s",
    "orders_shipment": "order_id > %(newest)s",
    "orders_statusevent": "order_id > %(newest)s",
}
"""What the ingest added, by table."""


@dataclass(frozen=True)
class Ingested:
    """What one run of `manage.py ingest` tells."""

    seconds: float
    megabytes: float


def figures(bench: Bench) -> Iterator[Figure]:
    events = bench.sizes.events
    ours, database = _ingest(bench, "ingested", events, open_orders=1)
    yield _speed("ingest, order by order", events, ours)
    yield _beside_copy(bench, database, events, ours)
    yield _speed("ingest, 300 orders under way", events, _ingest(bench, "mixed", events, open_orders=300)[0])
    less, _ = _ingest(bench, "less", events // 4, open_orders=1)
    grown = ours.megabytes / less.megabytes
    sizes = f"{ours.megabytes:.0f} MB", f"{less.megabytes:.0f} MB"
    yield Figure(
        f"memory of an ingest of {events:,} events against a quarter", *sizes, grown, 1.1, at_most=True
    )


def _speed(name: str, events: int, ingested: Ingested) -> Figure:
    rate = events / ingested.seconds
    return Figure(name, f"{rate:,.0f}/s", "", rate, 5000, unit="events/s")


def _ingest(bench: Bench, name: str, events: int, *, open_orders: int) -> tuple[Ingested, Database]:
    """Publish a file into a copy of the small database."""
    file = bench.stage.folder / f"{name}.ndjson"
    write_feed(file, events, channel=OTHERS[0], open_orders=open_orders)
    database = bench.stage.database(name, template="small")
    with database.connect() as connection:
        connection.execute("CHECKPOINT")
    return _run(database, file), database


def _run(database: Database, file: Path) -> Ingested:
    process = subprocess.Popen(  # noqa: S603 - our own command
        database.command("ingest", str(file)), env=database.environment, stdout=subprocess.PIPE, text=True
    )
    megabytes = peak_until_end(process)
    told = process.communicate()[0]
    seconds = re.search(r"rejected 0 in ([0-9.]+) s", told)
    if process.returncode or not seconds:
        raise RuntimeError(f"the ingest failed: {told}")
    return Ingested(float(seconds[1]), megabytes)


def _beside_copy(bench: Bench, database: Database, events: int, ours: Ingested) -> Figure:
    copied = _copy_seconds(database, bench.stage.database("copied", template="small"))
    speeds = f"{events / ours.seconds:,.0f}/s", f"{events / copied:,.0f}/s"
    return Figure("ingest against a bare COPY of its rows", *speeds, copied / ours.seconds, 0.24)


def _copy_seconds(source: Database, target: Database) -> float:
    """How long the rows that an ingest added take by COPY: same tables, indexes, references, one commit."""
    with source.connect() as old, target.connect() as new:
        (newest,) = new.execute("SELECT max(id) FROM orders_salesorder").fetchone() or (0,)
        parts = {}
        for table, condition in TABLES.items():
            rows = f"COPY (SELECT * FROM {table} WHERE {condition % {'newest': newest}}) TO STDOUT"
            with old.cursor().copy(rows) as copy:
                parts[table] = b"".join(bytes(part) for part in copy)
        new.execute("CHECKPOINT")
        started = time.perf_counter()
        with new.transaction():
            for table, text in parts.items():
                with new.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(text)
        return time.perf_counter() - started
