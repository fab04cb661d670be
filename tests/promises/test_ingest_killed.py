"""An ingest that dies is simply run again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from callers.administration import create_caller
from callers.tokens import issue_token
from orders.models import SalesOrder, Shipment, StatusEvent
from tests.promises import workload
from tests.promises.state import documents, state
from tests.promises.watching import watching
from tests.servers import ROOT, Server, database_environment

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

KILLS = 30


@pytest.fixture
def events(tmp_path: Path) -> Path:
    return workload.write(tmp_path / "events.ndjson", workload.lines(seed=1, count=6000))


def ingest(file: Path) -> None:
    call_command("ingest", str(file), stdout=None)


def kill_ingests(file: Path) -> int:
    """How many of them were killed before they were through."""
    command = [sys.executable, "-m", "tests.promises.victim", str(file), str(KILLS)]
    environment = os.environ | database_environment() | {"LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    return int(done.stdout)


def test_killed_thirty_times_and_run_again_the_state_is_that_of_one_run(server: Server, events: Path) -> None:
    """Fails without `if known and event.revision <= known.revision` in Draft.apply: replays would win.

    Nobody who polled meanwhile has lost anything, or was told again what had been withdrawn.
    """
    key = create_caller(
        username="poller", channels=workload.CHANNELS, partners=workload.PARTNERS, rate="100000000/m"
    )
    database = database_environment()["DATABASE_URL"]

    with watching(server.url, issue_token(username="poller", key=key)[0]) as watch:
        killed = kill_ingests(events)
        done = StatusEvent.objects.count()
        ingest(events)
    found = state(database)

    assert killed > KILLS / 2
    assert done
    assert watch.held() == watch.expected(documents(database))
    for model in (StatusEvent, Shipment, SalesOrder):
        model._default_manager.all().delete()
    ingest(events)
    assert found == state(database)
