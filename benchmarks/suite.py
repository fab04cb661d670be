"""All measurements, in the order of the table."""

import sys
import time
from collections.abc import Callable, Iterator

from benchmarks import versions
from benchmarks.bench import Bench
from benchmarks.figures import (
    batches,
    bounds,
    continuous,
    ingesting,
    meanwhile,
    memory,
    metrics,
    peers,
    plans,
    polls,
    webhook_beside,
    webhook_idle,
    webhook_neighbours,
    webhook_queues,
    webhook_speed,
    webhook_waits,
)
from benchmarks.load import Rounds
from benchmarks.peers import PREPARATION
from benchmarks.sizes import Sizes
from benchmarks.stage import Database, Stage
from benchmarks.table import Figure, markdown
from benchmarks.webhooks.ground import Ground
from testbed.dataset import Dataset

Part = Callable[[Bench], Iterator[Figure]]
PARTS: dict[str, Part] = {
    "peers": peers.figures,
    "polls": polls.figures,
    "metrics": metrics.figures,
    "plans": plans.figures,
    "ingesting": ingesting.figures,
    "continuous": continuous.figures,
    "meanwhile": meanwhile.figures,
    "memory": memory.figures,
    "bounds": bounds.figures,
}


WEBHOOKS: dict[str, Callable[[Ground], Iterator[Figure]]] = {
    "webhook waits": webhook_waits.figures,
    "webhook speed": webhook_speed.figures,
    "webhook queues": webhook_queues.figures,
    "webhook neighbours": webhook_neighbours.figures,
    "webhook idle": webhook_idle.figures,
    "webhook beside": webhook_beside.figures,
    "batches": batches.figures,
}
"""On databases of their own."""


def run(stage: Stage, sizes: Sizes, only: str) -> str:
    """Load, measure, print; the text for docs/performance.md."""
    figures = list(_of_polls(stage, sizes, only))
    ground = Ground(stage, sizes)
    for name, part in WEBHOOKS.items():
        if only in name:
            figures += _shown(part(ground))
    text = f"{markdown(figures)}\n{versions.sentence(stage)}\n"
    print(text)
    return text


def _of_polls(stage: Stage, sizes: Sizes, only: str) -> Iterator[Figure]:
    parts = [part for name, part in PARTS.items() if only in name]
    if not parts:
        return
    large, small = _load(stage, "large", sizes.orders), _load(stage, "small", sizes.orders // 10)
    rounds = Rounds(sizes.rounds, sizes.seconds, stage.folder, (stage.postgres.pid, stage.redis.pid))
    with stage.serve(large) as ours:
        bench = Bench(stage, sizes, rounds, large, small, ours)
        for part in parts:
            yield from _shown(part(bench))


def _load(stage: Stage, name: str, orders: int) -> Database:
    """A database with this many orders in the big channel."""
    started = time.monotonic()
    database = stage.database(name)
    database.manage("migrate", "-v", "0")
    with database.connect() as connection:
        Dataset(orders).load(connection)
        for statement in (*PREPARATION, "VACUUM ANALYZE", "CHECKPOINT"):
            connection.execute(statement)
    _say(f"{name}: {orders:,} orders and a tenth more in {time.monotonic() - started:.0f} s")
    return database


def _shown(figures: Iterator[Figure]) -> Iterator[Figure]:
    """Each figure is told as soon as it is known."""
    started = time.monotonic()
    for figure in figures:
        _say(f"{'  '.join(figure.cells())}  ({time.monotonic() - started:.0f} s)")
        started = time.monotonic()
        yield figure


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
