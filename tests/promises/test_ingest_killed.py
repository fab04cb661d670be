"""An ingest that dies is simply run again.

What must be there for this test to pass, tried by taking it out:
* `if known and event.revision <= known.revision` in `Draft.apply`: without it what is ingested
  again takes back what came after it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from orders.models import SalesOrder, Shipment, StatusEvent
from testbed.servers import ROOT, Server, database_environment
from tests.promises.events import platform_events, write_file
from tests.promises.polling import admitted, watching
from tests.published import documents, state

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

KILLS = 40


@pytest.fixture
def events(tmp_path: Path) -> Path:
    return write_file(tmp_path / "events.ndjson", platform_events(seed=1, count=4000))


def ingest(file: Path) -> None:
    call_command("ingest", str(file), stdout=None)


def kill_ingests(file: Path) -> int:
    """How many of them were killed before they were through."""
    command = [sys.executable, "-m", "tests.promises.victim", str(file), str(KILLS)]
    environment = os.environ | database_environment() | {"LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    return int(done.stdout)


def test_killed_forty_times_and_run_again_the_state_is_that_of_one_run(server: Server, events: Path) -> None:
    """No poller has lost an order meanwhile, or received a withdrawn event again."""
    database = database_environment()["DATABASE_URL"]

    with watching(server.url, admitted()) as watch:
        killed = kill_ingests(events)
        done = StatusEvent.objects.count()
        ingest(events)
    found, lost = state(database), watch.lost(documents(database))
    everything = StatusEvent.objects.count()

    assert killed == KILLS
    assert 0 < done < everything
    assert not lost
    for model in (StatusEvent, Shipment, SalesOrder):
        model._default_manager.all().delete()
    ingest(events)
    assert found == state(database)
