"""What publishers and pollers feel of a thousand subscriptions that are being delivered."""

import threading
from collections.abc import Iterator

from benchmarks.bench import pages_of
from benchmarks.figures.meanwhile import CONNECTIONS, PAUSE
from benchmarks.load import Load, Rounds, Target
from benchmarks.stage import Database
from benchmarks.table import Figure
from benchmarks.webhooks.delivering import CHANNELS, changed
from benchmarks.webhooks.ground import Ground
from benchmarks.webhooks.receivers import receiving
from testbed.feeds import FEED

FLOOD = 10_000
"""Changes a second that are asked for: more than can be published."""


def figures(ground: Ground) -> Iterator[Figure]:
    with receiving(CHANNELS) as receivers:
        orders = ground.sizes.orders // 10
        with_them, without = ground.shops(receivers, orders=orders), ground.database(orders)
        with ground.delivering(with_them, receivers):
            busy = _polls(ground, with_them)
        quiet = _polls(ground, without)
        waits = f"{busy.p99:.1f} ms", f"{quiet.p99:.1f} ms"
        name = f"p99 of polls with {CHANNELS:,} subscriptions delivered against with none"
        yield Figure(name, *waits, busy.p99 / quiet.p99, 1.2, at_most=True)
        theirs, alone = _speed(without), _speed(with_them)
        with ground.delivering(with_them, receivers):
            ours = _speed(with_them)
    name = f"publishing as fast as it goes with {CHANNELS:,} subscriptions"
    for words, speed in (("that nobody delivers", alone), ("delivered on the same cores", ours)):
        shown = f"{speed:,.0f}/s", f"{theirs:,.0f}/s"
        yield Figure(f"{name} {words} against with none", *shown, speed / theirs, 0.95)


def _polls(ground: Ground, database: Database) -> Load:
    """Polls while changes are published at the usual rate."""
    rounds = Rounds(1, 1, ground.stage.folder)
    with ground.stage.serve(database) as ours:
        idle = f"{FEED}?updatedSince={database.newest()}"
        pages = pages_of(ours, database.times()).paths
        polls = Target(ours, [path for page in pages for path in (page, idle)])
        rounds.drive(polls, 1)
        seconds = ground.sizes.watched
        publishing = threading.Thread(target=changed, args=(database.environment, seconds + 2))
        publishing.start()
        load = rounds.drive(polls, seconds, CONNECTIONS, PAUSE)
        publishing.join()
    return load


def _speed(database: Database) -> float:
    """Changes published a second, in transactions of 500."""
    seconds = [second for _, second in changed(database.environment, 2, rate=FLOOD).values()]
    return (len(seconds) - seconds.count(min(seconds))) / (max(seconds) - min(seconds))
