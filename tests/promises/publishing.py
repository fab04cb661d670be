"""Eight processes that publish at the same time: batches of many sizes, all about the same orders."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from testbed.events import Fields
from testbed.installation import Installation, Publisher
from tests.promises.events import platform_events
from tests.promises.oracle import Oracle

WRITERS = 8
EVENTS = 240  # of each
ORDERS = 600
"""Many, so that each has few changes, and a lost change is not soon hidden by the next one."""
SIZES = (1, 2, 5, 10, 20, 60)


def write_together(place: Installation, *options: str) -> Counter[str]:
    """Return when all is published: the count of each outcome, and of each fault of the writers."""
    with ExitStack() as stack:
        writers = [
            stack.enter_context(place.publisher("--misbehave", str(seed), *options))
            for seed in range(WRITERS)
        ]
        with ThreadPoolExecutor(WRITERS) as threads:
            return sum(threads.map(_publish_all, writers, range(WRITERS)), Counter())


def expected() -> Oracle:
    """What the events of all writers amount to, whichever of them comes first."""
    oracle = Oracle()
    for seed in range(WRITERS):
        for event in _events(seed):
            oracle.apply(event)
    return oracle


def _events(seed: int) -> list[Fields]:
    return platform_events(seed, EVENTS, ORDERS)


def _publish_all(writer: Publisher, seed: int) -> Counter[str]:
    """Publish the events of one writer; the count of each outcome, and of each fault at its last value."""
    outcomes, faults = Counter[str](), Counter[str]()
    for batch in _batches(seed):
        answer = writer(*batch)
        faults = Counter({name: answer.pop(name) for name in ("held", "rolledBack")})
        outcomes.update(answer)
    return outcomes + faults


def _batches(seed: int) -> Iterator[list[Fields]]:
    chance, events = random.Random(seed), _events(seed)
    while events:
        size = chance.choice(SIZES)
        yield events[:size]
        del events[:size]
