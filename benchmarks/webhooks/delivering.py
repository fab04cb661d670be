"""The process `deliver`, and what comes of changes while it runs."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.processes import own_cpu_seconds
from benchmarks.servers import ROOT
from benchmarks.webhooks.receivers import Receivers
from testbed.services.server import die_with_parent

TIMEOUT = 30
RATE = 200
"""Changes a second."""
CHANNELS = 1_000
"""Of the many: each has one subscription."""
_seeds = count(1)


@dataclass(frozen=True)
class Waits:
    """Sorted seconds from commits to the sockets of receivers, and the CPU seconds of `deliver` for each."""

    seconds: list[float]
    cpu: float

    def at(self, part: float) -> float:
        return self.seconds[int(len(self.seconds) * part)]


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
    """How long changes took to the receivers that work. Raises RuntimeError when some did not come."""
    receivers.take()
    before = own_cpu_seconds(pid)
    committed = changed(environment, seconds, holes=holes, queue=queue)
    time.sleep(1)
    cpu = own_cpu_seconds(pid) - before
    arrived = {order: second for _, order, second in reversed(receivers.take())}
    wanted = {order: second for order, (name, second) in committed.items() if not name.startswith("hole")}
    if missing := wanted.keys() - arrived.keys():
        raise RuntimeError(f"{len(missing)} of {len(wanted)} changes did not come")
    return Waits(sorted(arrived[order] - second for order, second in wanted.items()), cpu / len(committed))
