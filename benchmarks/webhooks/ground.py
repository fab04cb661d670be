"""Where deliveries are measured: fresh databases, each with as many orders as a measurement wants."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from benchmarks.sizes import Sizes
from benchmarks.stage import Database, Stage
from benchmarks.webhooks.changes import channel_of, hole_of
from benchmarks.webhooks.delivering import CHANNELS, TIMEOUT, changed, delivering
from benchmarks.webhooks.receivers import Receivers
from benchmarks.webhooks.subscriptions import subscribe
from testbed.dataset import Dataset

WARM_RATE = 800
"""Changes a second: subscriptions are loaded, connections are made and statements prepared meanwhile."""


@dataclass(frozen=True)
class Ground:
    """Services, and how much is measured."""

    stage: Stage
    sizes: Sizes
    _templates: dict[int, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def database(self, orders: int = 0) -> Database:
        """A fresh one, with so many orders in the big channel."""
        if orders not in self._templates:
            name = f"template_{orders}"
            template = self.stage.database(name)
            template.manage("migrate", "-v", "0")
            if orders:
                with template.connect() as connection:
                    Dataset(orders).load(connection)
                    connection.execute("VACUUM ANALYZE")
            self._templates[orders] = name
        return self.stage.database(f"ground_{next(self._numbers)}", template=self._templates[orders])

    def shops(self, receivers: Receivers, *, orders: int = 0, holes: Sequence[str] = ()) -> Database:
        """A fresh one, with a webhook for each of the many channels, and one for each black hole."""
        database = self.database(orders)
        urls = [*map(receivers.url, range(CHANNELS)), *holes]
        channels = [*map(channel_of, range(CHANNELS)), *map(hole_of, range(len(holes)))]
        subscribe(database.environment, urls, channels)
        return database

    @contextmanager
    def delivering(self, database: Database, receivers: Receivers) -> Iterator[int]:
        """`deliver`, warm: it has delivered some changes of the many channels. Its process id."""
        with delivering(database.environment, self.stage.folder / "deliver.log") as pid:
            warm_up(database.environment, receivers)
            yield pid


def warm_up(environment: dict[str, str], receivers: Receivers, queue: Sequence[str] = ()) -> None:
    """Change most of the channels, and wait until all of it was delivered."""
    before = receivers.received()
    due = before + len(changed(environment, 2, rate=WARM_RATE, queue=queue))
    deadline = time.monotonic() + TIMEOUT
    while receivers.received() < due:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{receivers.received() - before} of {due - before} first changes came")
        time.sleep(0.02)


def behind(database: Database, channel: str) -> int:
    """How many subscriptions of a channel have not come to its newest order."""
    query = """
        SELECT count(*) FROM delivery_subscription JOIN orders_feedhead USING (kind, identifier)
        WHERE position < updated_time AND identifier = %s"""
    with database.connect() as connection:
        row = connection.execute(query, [channel]).fetchone()
        return int(row[0]) if row else 0
