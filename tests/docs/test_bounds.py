"""The figures in docs/running.md are those of the code."""

import re
import runpy

import pytest
from django.conf import settings

from acommerce_status import arrival, worker
from orders.management.commands import ingest
from stores import breaker, counters, databases, waits
from tests.docs.test_docs import ROOT, section

GUNICORN = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
SHOWN = dict(
    re.findall(
        r"^\| ([^|]+) \| ([0-9.]+) \|", section("docs/running.md", "Every wait has an end"), re.MULTILINE
    )
)
IDLE = databases.IDLE_IN_TRANSACTION_SECONDS
STATEMENT = settings.STATEMENT_TIMEOUT_SECONDS
BOUNDS = {
    "for a connection of the pool": databases.WAIT_FOR_CONNECTION_SECONDS,
    "for one host of PostgreSQL to take a connection": databases.CONNECT_SECONDS,
    "for a statement: `statement_timeout`": STATEMENT,
    "for a lock: `lock_timeout`": STATEMENT,
    "for a PostgreSQL that is silent": STATEMENT + databases.GRACE_SECONDS,
    "in a transaction left idle: `idle_in_transaction_session_timeout`": IDLE,
    "for a statement or a lock, when publishing": waits.LONG_WAIT_SECONDS,
    "for a database that goes away while `ingest` runs": ingest.DATABASE_TIMEOUT,
    "for a count in Redis": counters.TIMEOUT_SECONDS,
    "until a Redis that failed is asked again": breaker.PAUSE_SECONDS,
    "until a PostgreSQL that was silent is asked again": breaker.PAUSE_SECONDS,
    "for a request to arrive": arrival.REQUEST_SECONDS,
    "for an answer to be taken": worker.ANSWER_SECONDS,
    "of a connection without a request": GUNICORN["keepalive"],
    "for a process that does nothing any more": GUNICORN["timeout"],
    "for requests under way, when told to stop": GUNICORN["graceful_timeout"],
}


def test_every_wait_is_shown_and_no_other() -> None:
    assert SHOWN.keys() == BOUNDS.keys()


@pytest.mark.parametrize("wait", BOUNDS)
def test_a_wait_is_as_long_as_shown(wait: str) -> None:
    assert float(SHOWN[wait]) == BOUNDS[wait]


def test_the_sizes_that_gunicorn_takes_are_shown() -> None:
    text = section("docs/running.md", "Every wait has an end")

    assert f"line up to {GUNICORN['limit_request_line'] // 1024} KiB" in text
    assert f"up to {GUNICORN['limit_request_fields']} headers of 8 KiB" in text
    assert GUNICORN["limit_request_field_size"] == 8190
    assert f"holds {GUNICORN['MOST_CONNECTIONS']:,} connections" in text
