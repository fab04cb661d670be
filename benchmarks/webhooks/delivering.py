"""The process `deliver`, and what comes of changes while it runs."""

import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.processes import own_cpu_seconds
from benchmarks.servers import ROOT
from benchmarks.webhooks.receivers import Receivers
from testbed.services.server import die_with_parent

TIMEOUT, LATE_SECONDS = 30, 15
RATE = 200
"""Changes a second."""
CHANNELS = 1_000
"""Of the many: each has one subscription."""
_seeds = count(1)


@dataclass(frozen=True)
class Waits:
    """The moments of commits, each with the seconds to the receiver's socket; and CPU seconds for each."""

    seen: list[tuple[float, float]]
    cpu: float
    lost: int = 0

    def at(self, part: float) -> float:
        """Such a part of all waits was shorter."""
        return _at([wait for _, wait in self.seen], part)

    def usually(self, part: float) -> float:
        """The same of each second, and the median of them: one stall of a shared machine tells nothing."""
        by_second: dict[int, list[float]] = defaultdict(list)
        for moment, wait in self.seen:
            by_second[int(moment - self.seen[0][0])].append(wait)
        return statistics.median(_at(waits, part) for waits in by_second.values())


def _at(waits: list[float], part: float) -> float:
    return sorted(waits)[int(len(waits) * part)]


@contextmanager
def delivering(
    environment: Mapping[str, str], log: Path, command: Sequence[str] = ("manage.py", "deliver")
) -> Iterator[int]:
    """`manage.py deliver`, or a worker of a queue, until the block ends; its process id."""
    with (
        log.open("ab") as output,
        subprocess.Popen(  # noqa: S603 - commands of the benchmarks
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        ) as process,
    ):
        try:
            yield process.pid
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended:\n{log.read_text(errors='replace')[-2000:]}")
        finally:
            process.terminate()


def changed(
    environment: Mapping[str, str],
    seconds: int,
    *,
    holes: int = 0,
    rate: int = RATE,
    queue: Sequence[str] = (),
) -> dict[str, tuple[str, float]]:
    """Publish changes of the many channels for so long; by order, its channel and when it was committed.

    With `queue`, its name and the kind of job, jobs are put there after each commit.
    """
    numbers = (CHANNELS, holes, rate, seconds, next(_seeds))
    done = subprocess.run(  # noqa: S603 - a command of this file
        [sys.executable, "-m", "benchmarks.webhooks.changes", *map(str, numbers), *queue],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "acommerce_status.settings"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return {order: (channel, second) for order, (channel, second) in json.loads(done.stdout).items()}


def waits(
    environment: Mapping[str, str],
    receivers: Receivers,
    pid: int,
    seconds: int,
    *,
    holes: int = 0,
    queue: Sequence[str] = (),
) -> Waits:
    """How long changes took to the receivers that work. RuntimeError when some did not come by `deliver`."""
    receivers.take()
    before = own_cpu_seconds(pid)
    committed = changed(environment, seconds, holes=holes, queue=queue)
    cpu = own_cpu_seconds(pid) - before
    wanted = {order: second for order, (name, second) in committed.items() if not name.startswith("hole")}
    arrived = _arrived(receivers, wanted.keys())
    lost = len(wanted.keys() - arrived.keys())
    if lost and not queue:
        raise RuntimeError(f"{lost} of {len(wanted)} changes did not come")
    seen = sorted((second, arrived[order] - second) for order, second in wanted.items() if order in arrived)
    return Waits(seen, cpu / len(committed), lost)


def _arrived(receivers: Receivers, wanted: Set[str]) -> dict[str, float]:
    """When each order first came. Return when all have come, or after a while."""
    arrived: dict[str, float] = {}
    deadline = time.monotonic() + LATE_SECONDS
    while time.monotonic() < deadline and not wanted <= arrived.keys():
        for _, order, second in receivers.take():
            arrived.setdefault(order, second)
        time.sleep(0.1)
    return arrived
