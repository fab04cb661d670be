"""The figures in docs/running.md are those of the code."""

import re

import pytest
from django.conf import settings

from acommerce_status import granian, requests
from delivery.mail import smtp
from operators import database_metrics
from orders.management.commands import ingest
from stores import breaker, databases, timeouts, waits
from stores.counting import totals
from tests.docs.test_docs import read, section

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
    "for a mail server to connect, and for each of its answers": smtp.STEP_SECONDS,
    "for a mail to be handed over": smtp.SECONDS,
    "for a count in Redis": timeouts.TIMEOUT_SECONDS,
    "for what a scrape of `/metrics` asks the database": database_metrics.SECONDS,
    "for another scrape that reads what processes counted": totals.WAIT_SECONDS,
    "until a Redis that failed is asked again": breaker.PAUSE_SECONDS,
    "until a PostgreSQL that was silent is asked again": breaker.PAUSE_SECONDS,
    "for the head of a request, and of a connection without a request": granian.TIMEOUT_HEAD,
    "for the body of a request": requests.TIMEOUT_BODY,
    "for requests under way, when a process is told to stop": granian.TIMEOUT_STOP,
    "until a reload stops the process that a new one replaces": granian.START,
}


def test_every_wait_is_shown_and_no_other() -> None:
    assert SHOWN.keys() == BOUNDS.keys()


@pytest.mark.parametrize("wait", BOUNDS)
def test_a_wait_is_as_long_as_shown(wait: str) -> None:
    assert float(SHOWN[wait]) == BOUNDS[wait]


def test_each_wait_names_the_file_and_the_name_that_set_it() -> None:
    rows = re.findall(
        r"^\| [^|]+ \| [0-9.]+ \| `(\w+)` (?:in `([\w/.]+)`|there)",
        section("docs/running.md", "Every wait has an end"),
        re.MULTILINE,
    )
    named_last = ""

    assert len(rows) > len(BOUNDS) / 2
    for name, file in rows:
        named_last = file or named_last
        assert re.search(rf"^{name} = ", read(named_last), re.MULTILINE), (name, named_last)


def test_the_sizes_that_the_server_takes_are_shown() -> None:
    text = " ".join(section("docs/running.md", "Every wait has an end").split())

    assert f"query up to {requests.MAX_TARGET // 1024} KiB" in text
    assert f"up to {requests.MAX_FIELDS} headers of {requests.MAX_FIELD // 1024} KiB" in text
    assert f"a body up to {requests.MAX_BODY // 1024} KiB" in text
    assert f"reads {requests.MAX_BODIES} bodies at once" in text
    assert f"holds {granian.MAX_CONNECTIONS:,} connections" in text


def test_nginx_lets_idle_connections_go_before_the_server_does() -> None:
    (upstream,) = re.findall(r"keepalive_timeout (\d+)s;  # shorter", read("deploy/nginx.conf"))

    assert 0 < int(upstream) < granian.TIMEOUT_HEAD
