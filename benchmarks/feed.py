"""A file of published events, as the platform would write it: new ones, and revisions of earlier ones."""

import random
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import orjson

from testbed.events import Fields, story

FIRST_NUMBER = b"5000"
"""How the number of every order here begins, and nothing else that matters; see `renumbered`."""

REVISED = 0.1
DELAY = 2000  # events between one and its revision, so that the two are not in one batch


def write_feed(path: Path, events: int, *, channel: str, open_orders: int) -> None:
    """Write `events` lines of `channel`, with `open_orders` orders under way at a time."""
    with path.open("wb") as file:
        for _, event in zip(range(events), _feed(channel, open_orders), strict=False):
            file.write(orjson.dumps(event) + b"\n")


def renumbered(feed: bytes, times: int) -> bytes:
    """The same events of other orders: as new as the first time."""
    return feed.replace(FIRST_NUMBER, b"%d" % (int(FIRST_NUMBER) + times))


def _feed(channel: str, open_orders: int) -> Iterator[Fields]:
    chance = random.Random(channel)
    number = int(FIRST_NUMBER) * 1_000_000
    under_way: list[Iterator[Fields]] = []
    waiting: deque[Fields] = deque()
    while True:
        while len(under_way) < open_orders:
            under_way.append(iter(story(channel, str(143 + number % 20), number, chance)))
            number += 1
        index = chance.randrange(open_orders)
        event = next(under_way[index], None)
        if event is None:
            del under_way[index]
            continue
        yield event
        if chance.random() < REVISED:
            waiting.append(event | {"revision": 2, "detail": "corrected by the warehouse"})
        if len(waiting) > DELAY * REVISED:
            yield waiting.popleft()
