"""What others feel of receivers that never answer, and of one that has very much to catch up with.

The p99 is that of each second, and the median of them.
"""

import statistics
import time
from collections.abc import Iterator

from benchmarks.table import Figure
from benchmarks.webhooks.delivering import CHANNELS, waits
from benchmarks.webhooks.ground import Ground, behind
from benchmarks.webhooks.receivers import Receivers, black_holes, receiving
from benchmarks.webhooks.subscriptions import subscribe
from testbed.dataset import BIG

HOLES = (0, 1, 100)
WAKE = """
    WITH clock AS (UPDATE delivery_subscriptionclock SET last_number = last_number + 1 RETURNING last_number)
    UPDATE delivery_subscription SET active = true, change_number = last_number
    FROM clock WHERE identifier = %s"""


def figures(ground: Ground) -> Iterator[Figure]:
    with receiving(CHANNELS + 1, record=True) as receivers:
        rounds = [_beside_holes(ground, receivers) for _ in range(ground.sizes.rounds // 2)]
        quiet, *others = (statistics.median(column) for column in zip(*rounds, strict=True))
        for count, busy in zip(HOLES[1:], others, strict=True):
            holes = f"{count} black hole{'s' * (count > 1)}"
            name = f"webhooks: p99 of {CHANNELS:,} receivers beside {holes} against beside none"
            yield _figure(name, busy, quiet, 1.2)
        backlog = ground.sizes.backlog
        name = f"webhooks: p99 of the others beside a backlog of {backlog:,} orders against beside none"
        yield _figure(name, *_beside_a_backlog(ground, receivers), 1.5)


def _figure(name: str, ours: float, theirs: float, target: float) -> Figure:
    return Figure(
        name, f"{ours * 1000:.0f} ms", f"{theirs * 1000:.0f} ms", ours / theirs, target, at_most=True
    )


def _beside_holes(ground: Ground, receivers: Receivers) -> list[float]:
    """The p99 beside each number of black holes; a tenth of the changes are theirs."""
    with black_holes(max(HOLES)) as urls:
        database = ground.shops(receivers, holes=urls)
        with ground.delivering(database, receivers) as pid:
            seconds = ground.sizes.watched
            return [
                waits(database.environment, receivers, pid, seconds, holes=count).usually(0.99)
                for count in HOLES
            ]


def _beside_a_backlog(ground: Ground, receivers: Receivers) -> tuple[float, float]:
    """The p99 beside a subscription that begins at the beginning, and before it is woken."""
    database = ground.shops(receivers, orders=ground.sizes.backlog)
    subscribe(database.environment, [receivers.url(CHANNELS)], [BIG], from_beginning=True)
    with database.connect() as connection:
        connection.execute("UPDATE delivery_subscription SET active = false WHERE identifier = %s", [BIG])
    with ground.delivering(database, receivers) as pid:
        quiet = waits(database.environment, receivers, pid, ground.sizes.watched)
        with database.connect() as connection:
            connection.execute(WAKE, [BIG])
        time.sleep(1)
        busy = waits(database.environment, receivers, pid, ground.sizes.watched)
        if not behind(database, BIG):
            raise RuntimeError("the backlog was over before the changes were")
    return busy.usually(0.99), quiet.usually(0.99)
