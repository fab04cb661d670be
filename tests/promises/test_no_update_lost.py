"""A client that keeps sending back what it was given sees every change, whatever the writers do."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from callers.administration import create_caller
from callers.tokens import issue_token
from orders.models import SalesOrder
from orders.v2.legacy import legacy_order
from tests.promises.oracle import Oracle
from tests.promises.pollers import Links, Orders, Poller, Step, Watermark
from tests.promises.state import documents, without_times
from tests.promises.writer import lines
from tests.servers import ROOT, database_environment, serve

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

WRITERS = 8
LINES = 220
PATIENCE = 120


def steps() -> dict[str, Step]:
    """The four pollers, by name."""
    feed = "/v3/channel/channel-0/sales-order-status"
    return {
        "v3 by channel": Watermark(feed, 7),
        "v3 by partner": Watermark("/v3/partner/0/sales-order-status", 100),
        "v2 by Link": Links("channel-1", 7),
        "milliseconds only": Watermark(feed, 100, milliseconds=True),
    }


def published() -> dict[str, Orders]:
    """What each poller must hold in the end."""
    orders = [
        (row.channel_id, row.partner_id, orjson.loads(row.document)) for row in SalesOrder.objects.all()
    ]
    channel = {(name, order["orderId"]): order for name, _, order in orders if name == "channel-0"}
    partner = {(name, order["orderId"]): order for name, partner, order in orders if partner == "0"}
    other = {
        (name, order["orderId"]): legacy_order(order) for name, _, order in orders if name == "channel-1"
    }
    return {
        "v3 by channel": channel,
        "v3 by partner": partner,
        "v2 by Link": other,
        "milliseconds only": channel,
    }


def run(folder: Path, *options: str) -> dict[str, Orders]:
    """What the pollers hold, having polled while all writers wrote, and until nothing more was new."""
    key = create_caller(
        username="poller", channels=["channel-0", "channel-1"], partners=["0"], rate="100000000/m"
    )
    headers = {"X-Subject-Token": issue_token(username="poller", key=key)[0]}
    with serve(folder, LOG_LEVEL="WARNING") as server:
        pollers = {name: Poller(server.url, headers, step) for name, step in steps().items()}
        for poller in pollers.values():
            poller.start()
        _write(*options)
        for poller in pollers.values():
            poller.no_more.set()
        for poller in pollers.values():
            poller.join(PATIENCE)
    assert [poller.failure for poller in pollers.values()] == [None] * len(pollers)
    return {name: poller.orders for name, poller in pollers.items()}


def _write(*options: str) -> None:
    command = [sys.executable, "-m", "tests.promises.writer"]
    environment = os.environ | database_environment() | {"LOG_LEVEL": "WARNING"}
    writers = [
        subprocess.Popen([*command, str(seed), str(LINES), *options], cwd=ROOT, env=environment)
        for seed in range(WRITERS)
    ]
    try:
        assert [writer.wait(PATIENCE) for writer in writers] == [0] * WRITERS
    finally:
        for writer in writers:
            writer.kill()


def test_pollers_hold_exactly_what_eight_writers_published(tmp_path: Path) -> None:
    """Fails without `select_for_update()` in FeedClock.advance, and without a lock at all, as below."""
    held = run(tmp_path)

    oracle = Oracle()
    for line in (line for seed in range(WRITERS) for line in lines(seed, LINES)):
        oracle.apply(line)
    orders = {key: oracle.document(key) for key in oracle.orders}
    found = documents(database_environment()["DATABASE_URL"])
    assert held == published()
    assert without_times(sorted(found.items())) == without_times(sorted(orders.items()))


def test_without_the_lock_of_the_clock_updates_are_lost(tmp_path: Path) -> None:
    """The control: this harness can fail."""
    held = run(tmp_path, "--without-lock")

    print(
        "LOST",
        {n: sum(o != held[n].get(k) for k, o in os_.items()) for n, os_ in published().items()},
        SalesOrder.objects.count(),
    )
    assert held != published()
