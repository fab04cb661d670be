"""From the commit of a change to the socket of its receiver, with a thousand subscriptions."""

import os
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.servers import ROOT
from benchmarks.table import Figure
from benchmarks.webhooks.changes import channel_of
from benchmarks.webhooks.delivering import CHANNELS, RATE, delivering, waits
from benchmarks.webhooks.ground import Ground, warm_up
from benchmarks.webhooks.receivers import Receivers, receiving
from benchmarks.webhooks.subscriptions import subscribe

PRODUCTION = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS")


def figures(ground: Ground) -> Iterator[Figure]:
    with receiving(CHANNELS, record=True) as receivers:
        database = ground.shops(receivers)
        with ground.delivering(database, receivers) as pid:
            seen = waits(database.environment, receivers, pid, ground.sizes.watched)
        name = f"webhooks: commit to socket, {RATE} changes/s, {CHANNELS:,} subscriptions"
        cpu = f"{seen.cpu * 1e6:,.0f}"
        yield _figure(f"{name}, p50", seen.at(0.5), 0.025, cpu)
        yield _figure(f"{name}, p99", seen.at(0.99), 0.15, cpu)
        yield _embedded(ground, receivers)


def _figure(name: str, seconds: float, target: float, cpu: str) -> Figure:
    return Figure(name, f"{seconds * 1000:.0f} ms", "", seconds, target, at_most=True, unit="s", cpu=cpu)


def _embedded(ground: Ground, receivers: Receivers) -> Figure:
    """The same on SQLite."""
    environment = {name: text for name, text in os.environ.items() if name not in PRODUCTION}
    environment["VAR_DIR"] = str(ground.stage.folder / "embedded")
    migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)  # noqa: S603 - ours
    urls = [receivers.url(number) for number in range(CHANNELS)]
    subscribe(environment, urls, [channel_of(number) for number in range(CHANNELS)])
    with delivering(environment, ground.stage.folder / "deliver.log") as pid:
        warm_up(environment, receivers)
        seen = waits(environment, receivers, pid, ground.sizes.watched)
    name = "webhooks: the same embedded, on SQLite, p50"
    return _figure(name, seen.at(0.5), 0.1, f"{seen.cpu * 1e6:,.0f}")
