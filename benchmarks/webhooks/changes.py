"""A process that publishes so many changes a second over many channels, and tells when each was committed.

`python -m benchmarks.webhooks.changes CHANNELS HOLES RATE SECONDS SEED` prints a JSON object: by order, its
channel and the second of its commit, on the monotonic clock that all processes share. Each commit has the
changes of 50 ms; where there are black holes one of them goes there. Two more arguments name a queue and the
kind of job that is put there after each commit.
"""

import json
import random
import sys
import time
from typing import Any

import django

BATCH_SECONDS = 0.05


def channel_of(number: int) -> str:
    """The name of one of the many channels."""
    return f"shop-{number}"


def hole_of(number: int) -> str:
    """The name of a channel whose receiver is a black hole."""
    return f"hole-{number}"


def batches(channels: int, holes: int, rate: int, seconds: int, seed: int) -> list[list[dict[str, Any]]]:
    """What is published: new orders."""
    from testbed.events import story  # noqa: PLC0415 - it imports models, which want Django set up

    chance, size = random.Random(seed), max(1, round(rate * BATCH_SECONDS))
    made = []
    for number in range(round(rate * seconds / size)):
        names = [channel_of(chance.randrange(channels)) for _ in range(size)]
        if holes:
            names[0] = hole_of(number % holes)
        first = seed * 1_000_000 + number * size
        made.append([story(name, "143", first + index, chance)[0] for index, name in enumerate(names)])
    return made


def main(channels: int, holes: int, rate: int, seconds: int, seed: int, *queue: str) -> None:
    """Publish at the rate, or as fast as it goes when that is slower."""
    django.setup(set_prefix=False)
    from benchmarks.peers.queues.enqueuing import jobs_of, no_queue  # noqa: PLC0415 - as above
    from orders.publishing.ingest import publish  # noqa: PLC0415 - as above

    first, *others = batches(channels, holes, rate, seconds, seed)
    committed: dict[str, tuple[str, float]] = {}
    after = jobs_of(*queue) if queue else no_queue
    publish(first)  # its first queries are slower, and are not told
    after(first)
    began = time.monotonic()
    for number, batch in enumerate(others):
        time.sleep(max(0.0, began + number * len(batch) / rate - time.monotonic()))
        publish(batch)
        second = time.monotonic()
        committed |= {str(event["orderId"]): (str(event["channelId"]), second) for event in batch}
        after(batch)
    print(json.dumps(committed))


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:6]]
    main(given[0], given[1], given[2], given[3], given[4], *sys.argv[6:])
