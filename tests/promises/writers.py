"""Many processes that publish at the same time: many batches of many sizes, and all about the same orders."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from testbed import workload
from testbed.events import Fields
from testbed.installation import Installation, Publisher
from tests.promises.oracle import Oracle

WRITERS = 8
LINES = 240
ORDERS = 600
"""Many, so that each has few changes and one that is lost is not made good soon."""
SIZES = (1, 2, 5, 10, 20, 60)


def write_together(place: Installation, *options: str) -> Counter[str]:
    """Return when all is published; how many events ended how, and how often the writers misbehaved."""
    with ExitStack() as stack:
        writers = [
            stack.enter_context(place.publisher("--misbehave", str(seed), *options))
            for seed in range(WRITERS)
        ]
        with ThreadPoolExecutor(WRITERS) as threads:
            return sum(threads.map(_feed, writers, range(WRITERS)), Counter())


def oracle() -> Oracle:
    """What all that amounts to, whoever comes first."""
    told = Oracle()
    for line in (line for seed in range(WRITERS) for line in _lines(seed)):
        told.apply(line)
    return told


def _lines(seed: int) -> list[Fields]:
    return workload.lines(seed, LINES, ORDERS)


def _feed(writer: Publisher, seed: int) -> Counter[str]:
    told, misbehaved = Counter[str](), Counter[str]()
    for batch in _batches(seed):
        answer = writer(*batch)
        misbehaved = Counter({name: answer.pop(name) for name in ("held", "rolledBack")})
        told.update(answer)
    return told + misbehaved


def _batches(seed: int) -> Iterator[list[Fields]]:
    chance, told = random.Random(seed), _lines(seed)
    while told:
        size = chance.choice(SIZES)
        yield told[:size]
        del told[:size]
