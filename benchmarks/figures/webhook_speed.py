"""How many signed deliveries a core of `deliver` makes, attempts and positions saved; and its memory."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.processes import cpu_seconds, own_cpu_seconds, resident
from benchmarks.stage import Database
from benchmarks.table import Figure
from benchmarks.webhooks.delivering import TIMEOUT, delivering
from benchmarks.webhooks.ground import Ground, behind
from benchmarks.webhooks.receivers import Receivers, receiving
from benchmarks.webhooks.subscriptions import subscribe
from testbed.dataset import BIG

SUBSCRIPTIONS = 20


@dataclass(frozen=True)
class Seen:
    """Deliveries a second; for each, CPU seconds of the process and of services; megabytes early and late."""

    rate: float
    cpu: float
    services: float
    early: float
    late: float


def figures(ground: Ground) -> Iterator[Figure]:
    deliveries = ground.sizes.deliveries
    with receiving(SUBSCRIPTIONS) as receivers:
        database = backlog(ground, receivers, deliveries)
        with delivering(database.environment, ground.stage.folder / "deliver.log") as pid:
            seen = watch(ground, receivers, pid, deliveries)
            if behind(database, BIG):
                raise RuntimeError("not all positions are at the end")
    name = "webhooks: signed deliveries a second for each core of `deliver`"
    beside = f"{seen.cpu * 1e6:,.0f}, and PostgreSQL's {seen.services * 1e6:,.0f}"
    rate = 1 / seen.cpu
    yield Figure(name, f"{rate:,.0f}/s", "", rate, 4000, unit="a second", cpu=beside)
    yield Figure("webhooks: the same by the clock, all on these cores", f"{seen.rate:,.0f}/s", "", seen.rate)
    name = f"memory of `deliver` after {deliveries:,} deliveries against after a fifth"
    sizes = f"{seen.late:.0f} MB", f"{seen.early:.0f} MB"
    yield Figure(name, *sizes, seen.late / seen.early, 1.05, at_most=True)


def backlog(ground: Ground, receivers: Receivers, deliveries: int) -> Database:
    """A database with subscriptions that have so much to catch up with together."""
    database = ground.database(deliveries // SUBSCRIPTIONS)
    urls = [receivers.url(number) for number in range(SUBSCRIPTIONS)]
    subscribe(database.environment, urls, [BIG] * SUBSCRIPTIONS, from_beginning=True)
    return database


def watch(ground: Ground, receivers: Receivers, pid: int, deliveries: int) -> Seen:
    """What comes of a backlog, from its first fifth on."""
    services = ground.stage.postgres.pid, ground.stage.redis.pid

    def cpu() -> tuple[float, float]:
        return own_cpu_seconds(pid), sum(map(cpu_seconds, services))

    first = _until(receivers, deliveries // 5)
    early, began, before = resident(pid), time.monotonic(), cpu()
    count = _until(receivers, deliveries) - first
    rate, late = count / (time.monotonic() - began), resident(pid)
    time.sleep(1)  # until the last are saved
    own, others = ((now - then) / count for now, then in zip(cpu(), before, strict=True))
    return Seen(rate, own, others, early, late)


def _until(receivers: Receivers, due: int) -> int:
    """Wait for so many deliveries; how many there are then. RuntimeError when they stop before."""
    received, since = 0, time.monotonic()
    while received < due:
        now = receivers.received()
        if now > received:
            received, since = now, time.monotonic()
        elif time.monotonic() - since > TIMEOUT:
            raise RuntimeError(f"{received} of {due} deliveries came")
        time.sleep(0.02)
    return received
