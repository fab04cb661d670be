"""What is published: thousands of orders at first, and then changes, some two hundred a second."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event

from benchmarks.soak.callers import Heard
from demo.orders import DemoOrder, demo_orders
from testbed.feeds import CHANNEL
from testbed.installation import Publisher

ALIVE, EACH_ROUND, EACH_FILL = 200, 20, 200
KNOWN = 5_000
"""Orders that are there from the beginning."""


def fill(publisher: Publisher) -> None:
    """Publish the orders that are there from the beginning, with all that happened to them."""
    now = datetime.now(UTC)
    orders = [order for order in demo_orders(count=5 * KNOWN, now=now) if order.channel_id == CHANNEL][:KNOWN]
    for start in range(0, KNOWN, EACH_FILL):
        publisher(*[row for order in orders[start : start + EACH_FILL] for row in order.history(now)])


def publish(publisher: Publisher, stop: Event, heard: Heard) -> None:
    """Publish until told to stop; a failure, after which nothing is published, is among what was heard."""
    try:
        for count in rounds(publisher, stop):
            heard.published += count
    except Exception as error:
        heard.wrong.append(f"publishing: {error!r}")


def rounds(publisher: Publisher, stop: Event) -> Iterator[int]:
    """Some two hundred orders live at a time; twenty events are published each round."""
    rng, number = random.Random(1), 5 * KNOWN
    alive: list[DemoOrder] = []
    while not stop.wait(0.1):
        while len(alive) < ALIVE:
            number += 1
            alive += demo_orders(count=1, now=datetime.now(UTC), seed=number, first=number)
        rows = []
        for order in rng.sample(alive, EACH_ROUND):
            if row := order.step(at=datetime.now(UTC)):
                rows.append(row)
            else:
                alive.remove(order)
        yield publisher(*rows)["published"]
