"""The database's clock is set forward and back while many write and poll.

What must be there for these tests to pass, tried by taking it out:
* `last_time + STEP` in `orders.clock.FeedClock.advance`: without it what is published after a step back is
  missed.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from threading import Event

import pytest

from testbed.installation import Installation, installed
from testbed.services import Postgres
from tests.promises.events import platform_events
from tests.promises.polling import Watch, watching_over
from tests.promises.publishing import expected, write_together
from tests.promises.setting_clocks import make_clock_settable, set_clock
from tests.published import documents, without_times
from wire.times import format_time, parse_time

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
STEP_SECONDS = 0.5


@pytest.fixture
def database() -> Iterator[Postgres]:
    with installed() as (server, _):
        make_clock_settable(server)
        yield server


@pytest.fixture
def here(database: Postgres) -> Installation:
    return Installation({"DATABASE_URL": database.url})


@pytest.fixture
def watch(here: Installation, tmp_path: Path) -> Iterator[Watch]:
    with watching_over(here, tmp_path / "server") as watch:
        yield watch


def set_again_and_again(database: Postgres, enough: Event) -> list[timedelta]:
    """An hour forward, right, an hour back, right; where it was set to, when there was enough of it."""
    steps = []
    for by in cycle([HOUR, timedelta(), -HOUR, timedelta()]):
        set_clock(database, by)
        steps.append(by)
        if enough.wait(STEP_SECONDS):
            return steps
    return steps


def test_nothing_is_lost_when_the_clock_is_set_while_eight_write(
    database: Postgres, here: Installation, watch: Watch
) -> None:
    enough = Event()
    with ThreadPoolExecutor(1) as threads:
        setting = threads.submit(set_again_and_again, database, enough)
        write_together(here)
        enough.set()
    watch.finish()

    published, oracle = documents(database.url), expected()
    newest = max(order["updatedTime"] for order in published.values())
    assert setting.result().count(-HOUR) > 1
    assert newest > format_time(datetime.now(UTC) + HOUR / 2)
    assert not watch.lost(published)
    assert without_times(published) == without_times({key: oracle.document(key) for key in oracle.orders})


def test_after_a_step_back_the_feed_does_not_stall(
    database: Postgres, here: Installation, watch: Watch
) -> None:
    lines = platform_events(seed=4, count=700)
    with here.publisher() as publish:
        set_clock(database, HOUR)
        publish(*lines[:50])
        set_clock(database, -HOUR)
        began = time.monotonic()
        for start in range(50, 700, 50):
            publish(*lines[start : start + 50])
    watch.finish()

    published = documents(database.url)
    times = sorted(parse_time(order["updatedTime"]) for order in published.values())
    assert not watch.lost(published)
    assert times[-1] - times[0] < timedelta(milliseconds=20)
    assert time.monotonic() - began < HOUR.total_seconds() / 60
