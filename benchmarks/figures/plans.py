"""The plans that PostgreSQL makes for what pollers ask, at full size."""

from collections.abc import Iterator

from django.test import Client

from benchmarks.bench import Bench
from benchmarks.table import Figure
from testbed.dataset import BIG
from testbed.query_plans import MODES, asked, explain, questions


def figures(bench: Bench) -> Iterator[Figure]:
    client = Client(headers=bench.ours.headers, SERVER_NAME="127.0.0.1")
    faults = {}
    for name, path in _questions(bench).items():
        statement = asked(client, path)
        for mode in MODES:
            faults[f"{name}, {mode}"] = explain(statement, mode).faults()
    good = [name for name in faults if not faults[name]]
    bad = "; ".join(f"{name}: {', '.join(found)}" for name, found in faults.items() if found)
    title = f"query plans at {bench.sizes.orders:,} orders that read only what they return"
    yield Figure(title, f"{len(good)}", f"{len(faults)}", len(good) / len(faults), 1, note=bad)


def _questions(bench: Bench) -> dict[str, str]:
    middle, later = bench.large.times(bench.sizes.orders // 200, count=2)
    with bench.large.connect() as connection:
        query = "SELECT order_id FROM orders_salesorder WHERE channel_id = %s AND partner_id = '143' LIMIT 10"
        ids = [name for (name,) in connection.execute(query, [BIG])]
    return questions({"middle": middle, "later": later, "newest": bench.large.newest()}, ids)
