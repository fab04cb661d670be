"""What counting for Prometheus costs the poll that hears nothing new."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.load import Target
from benchmarks.table import Figure, rates


def figures(bench: Bench) -> Iterator[Figure]:
    counting, paths = bench.idle(), bench.idle().paths
    with bench.stage.serve(bench.large, METRICS_DIR="off") as silent:
        against = bench.rounds.compare(counting, Target(silent, paths))
    yield rates("idle poll that is counted for Prometheus against one that is not", *against, target=0.95)
