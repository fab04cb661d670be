"""A publisher that stays open keeps nothing: shown over 300 batches, of which the first 200 warm up."""

from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from orders.models import StatusEvent
from testbed.events import event
from testbed.open_ingest import OpenIngest, ingesting, until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]


def test_a_publisher_that_stays_open_leaks_nothing(tmp_path: Path) -> None:
    with ingesting(tmp_path) as running:
        for _ in range(2):
            memory, *held = _after_rounds(running, 100)
        memory_after, *held_after = _after_rounds(running, 100)
        running.end()

    print(f"{memory} KB, then {memory_after} KB")
    assert held_after == held
    assert memory_after - memory < 1024


def _after_rounds(running: OpenIngest, rounds: int) -> tuple[int, ...]:
    """Memory in KB, threads, open files, and connections after so many batches, each with refused lines."""
    for number in range(rounds):
        before = StatusEvent.objects.count()
        running.send(event(orderId=f"O-{before}-{number}"), event(orderId="O"), {})
        until(partial(has_events, before + 2))
    process = Path("/proc", str(running.process.pid))
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    files = len(list((process / "fd").iterdir()))
    return int(status["VmRSS"].split()[0]), int(status["Threads"]), files, _connections()


def has_events(count: int) -> bool:
    return StatusEvent.objects.count() == count


def _connections() -> int:
    """How many other sessions the database has; none of them may sit in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        states = [state for (state,) in cursor.fetchall()]
    assert "idle in transaction" not in states
    return len(states)
