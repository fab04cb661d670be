"""A publisher that behaves badly: `python -m tests.promises.writer SEED BATCHES [--without-lock]`.

It publishes batches of random sizes for orders that others publish, too. It holds some transactions open,
rolls some back after everything was written, and then publishes the same again, as a platform does that
delivers at least once. Without the lock, the feed clock is what other APIs have: the time of writing.
"""

import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import django
from django.utils import timezone

ORDERS = 120
HELD = 0.06
HELD_SECONDS = 2.0
ROLLED_BACK = 0.05

Fields = dict[str, Any]


class RolledBack(Exception):
    """The fault that is injected: the transaction ends without a trace."""


def batches(chance: random.Random, count: int) -> Iterator[list[Fields]]:
    """`count` batches of 1 to 60 events: new ones, and revisions and deletions of this writer's own."""
    told: list[Fields] = []
    for _ in range(count):
        size = chance.choice((1, 2, 5, 20, 60))
        batch = [
            _revised(chance, told) if told and chance.random() < 0.3 else _new(chance) for _ in range(size)
        ]
        told += [event for event in batch if not event["deleted"]]
        yield batch


def _new(chance: random.Random) -> Fields:
    number = chance.randrange(ORDERS)
    return {
        "eventId": str(uuid.UUID(int=chance.getrandbits(128))),
        "revision": 1,
        "deleted": False,
        "channelId": f"channel-{number % 2}",
        "partnerId": str(number % 3),
        "orderId": f"O-{number}",
        "orderCreatedTime": "2026-11-20T03:00:00Z",
        "shipmentId": None,
        "status": chance.choice(("NEW", "IN_PROGRESS", "COMPLETED", "ERROR")),
        "eventTime": f"2026-11-20T{chance.randrange(24):02}:{chance.randrange(60):02}:00Z",
    }


def _revised(chance: random.Random, told: list[Fields]) -> Fields:
    earlier = chance.choice(told)
    earlier["revision"] += 1
    return earlier | {"detail": f"revision {earlier['revision']}", "deleted": chance.random() < 0.2}


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
    for batch in batches(chance, count):
        while True:
            try:
                publish(batch, batch_size=chance.choice((3, 10, 100)))
                break
            except RolledBack:
                continue


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acommerce_status.settings")
    main(int(sys.argv[1]), int(sys.argv[2]), lock="--without-lock" not in sys.argv)
