"""A publisher that behaves badly: `python -m tests.promises.writer SEED LINES [--without-lock]`.

It publishes batches of random sizes for orders that others publish, too. It holds some transactions open,
rolls some back after everything was written, and then publishes the same again, as a platform does that
delivers at least once. Without the lock, the feed clock is what other APIs have: the time of writing.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import django
from django.utils import timezone

from tests.promises import workload
from tests.promises.workload import Fields

ORDERS = 600
HELD = 0.03
HELD_SECONDS = 2.0
ROLLED_BACK = 0.05


class RolledBack(Exception):
    """The fault that is injected: the transaction ends without a trace."""


def lines(seed: int, count: int) -> list[Fields]:
    """What this writer publishes: few changes of many orders, so that what is lost is not made good soon."""
    return workload.lines(seed, count, ORDERS)


def batches(chance: random.Random, seed: int, count: int) -> Iterator[list[Fields]]:
    """The lines of this writer, cut into batches."""
    told = lines(seed, count)
    while told:
        size = chance.choice((1, 2, 5, 20, 60))
        yield told[:size]
        del told[:size]


def misbehave(chance: random.Random, write: Callable[[Any], None]) -> Callable[[Any], None]:
    """`Batch.write`, and then at times a long wait before the commit, or no commit."""

    def writing(batch: Any) -> None:
        write(batch)
        if chance.random() < HELD:
            time.sleep(chance.uniform(0.2, HELD_SECONDS))
        if chance.random() < ROLLED_BACK:
            raise RolledBack

    return writing


def time_of_writing(count: int) -> list[datetime]:
    """What `FeedClock.advance` would be without its lock."""
    from orders.models import STEP  # noqa: PLC0415 - models want Django set up

    now = timezone.now().astimezone(UTC)
    return [now + STEP * index for index in range(count)]


def main(seed: int, count: int, *, lock: bool) -> None:
    django.setup(set_prefix=False)
    from orders.batch import Batch  # noqa: PLC0415 - as above
    from orders.ingest import publish  # noqa: PLC0415 - as above
    from orders.models import FeedClock  # noqa: PLC0415 - as above

    chance = random.Random(seed)
    Batch.write = misbehave(chance, Batch.write)  # type: ignore[method-assign, assignment]  # the seam of the faults
    if not lock:
        FeedClock.advance = time_of_writing  # type: ignore[method-assign]  # what the control takes out
    for batch in batches(chance, seed, count):
        while True:
            try:
                publish(batch, batch_size=chance.choice((3, 10, 100)))
                break
            except RolledBack:
                continue


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acommerce_status.settings")
    main(int(sys.argv[1]), int(sys.argv[2]), lock="--without-lock" not in sys.argv)
