"""What real processes gathered is told of when they have ended, however soon that was.

Fails when acommerce_status.front writes nothing at its end, and when stores.writer does not at exit.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import orjson
import pytest
import time_machine

from callers import polls
from callers.models import Caller
from stores import minutes
from testbed.events import event
from testbed.feeds import FEED
from testbed.servers import ROOT, database_environment, serve
from tests.conftest import Publish

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

PAGES = 30


def counted(*names: str) -> dict[str, int]:
    """How often these happened in the last minutes."""
    now = datetime.now(UTC)
    told = minutes.series(names, now - timedelta(minutes=5), now)
    return {name: sum(count for _, count in counts) for name, counts in told.items()}


def test_a_chain_of_polls_over_two_processes_is_told_and_skips_nothing(
    tmp_path: Path, token: str, publish: Publish
) -> None:
    publish(*(event(orderId=str(number)) for number in range(PAGES)))
    parameters = {"pageSize": "1"}
    with serve(tmp_path, WEB_CONCURRENCY="2") as server:
        for _ in range(PAGES):  # each on a connection of its own, which either process may take
            answer = httpx2.get(server.url + FEED, params=parameters, headers={"X-Subject-Token": token})
            parameters["updatedSince"] = answer.json()["nextUpdatedSince"]

    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=30)):
        (found,) = polls.of_caller(Caller.objects.get().pk)
    assert sum(counts["200"] for counts in found.outcomes.values()) == PAGES
    assert found.skipped == []
    assert counted("polls.200", "polls.304") == {"polls.200": PAGES, "polls.304": 0}


def test_what_an_ingest_published_is_counted(tmp_path: Path) -> None:
    lines = [orjson.dumps(event(orderId=str(number))) for number in range(7)]
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join([*lines, lines[0], b"{}"]))

    command = [sys.executable, "manage.py", "ingest", str(file), "--rejects", str(tmp_path / "rejects")]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **database_environment()}, check=False)

    names = [f"events.{outcome}" for outcome in ("published", "unchanged", "rejected", "deleted")]
    assert counted(*names) == {
        "events.published": 7,
        "events.unchanged": 1,
        "events.rejected": 1,
        "events.deleted": 0,
    }
