"""What most tests stand on: a database, a way to publish, a caller with a token, and its client."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.core.cache import caches
from django.db.models.signals import post_migrate
from django.test import Client
from pytest_django import Settings

from acommerce_status.health import readiness
from callers import poll_memory
from callers.administration import create_caller
from callers.tokens import forget_tokens
from delivery.models import FILE_SHARDS, ORDER_SHARDS, ShardLease, SubscriptionClock
from orders.heads import heads
from orders.models import FeedClock
from orders.publishing import ingest
from stores import minutes
from testbed.events import FAR_AHEAD, Fields
from testbed.servers import Server, database_environment, serve
from testbed.tokens import issue_token
from wire.times import EARLIEST

pytest.register_assert_rewrite("tests.openapi", "tests.shapes")  # so that what they find wrong is shown


@dataclass(frozen=True)
class Credentials:
    """What an operator hands to a caller."""

    username: str
    key: str


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """On SQLite a file instead of memory, so that threads and other processes see the same database."""
    database = settings.DATABASES["default"]
    if "sqlite3" in database["ENGINE"]:
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "db.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def no_permissions() -> None:
    """Django would fill its table of permissions, which we do not use, after every test that commits."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)  # made when they are asked for


@pytest.fixture(autouse=True)
def nothing_remembered(settings: Settings) -> None:
    """No test sees another's counters, tokens, heads or polls, and what is published is seen at once.

    What is gathered is written when a test says so.
    """
    caches["limits"].clear()
    forget_tokens()
    heads.forget()
    readiness.forget()
    minutes.forget()
    poll_memory.forget()
    settings.FEED_MEMORY_MILLISECONDS = 0
    settings.NOTES_SECONDS = 0


@pytest.fixture
def feed_clock(db: None) -> None:
    """The clock's row, which a migration makes, and which emptying the database after a test takes away."""
    FeedClock.objects.get_or_create(pk=1, defaults={"last_time": EARLIEST})


@pytest.fixture
def committed(transactional_db: None, feed_clock: None) -> None:
    """A database without a transaction around the test: other threads and processes see what is published.

    It is emptied after the test.
    """


@pytest.fixture
def deliverable(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """`committed`, with the rows that migrations make for `manage.py deliver`.

    The process that `deliver` starts for files finds the tests' database.
    """
    for name, value in database_environment().items():
        monkeypatch.setenv(name, value)
    SubscriptionClock.objects.get_or_create(pk=1)
    leases = [ShardLease(number=number) for number in (*ORDER_SHARDS, *FILE_SHARDS)]
    ShardLease.objects.bulk_create(leases, ignore_conflicts=True)


@pytest.fixture
def far_ahead(feed_clock: None) -> None:
    """The feed clock ahead of the database's: each change is 20 µs after the last, and `at(n)` tells when."""
    FeedClock.objects.update(last_time=FAR_AHEAD)


Publish = Callable[..., ingest.Summary]


@pytest.fixture
def publish(feed_clock: None) -> Publish:
    """`publish(event(...), event(...))`; a refused event fails the test."""

    def refuse(rejected: ingest.Rejected) -> None:
        pytest.fail(f"not published: {rejected}")

    def publishing(*events: Fields) -> ingest.Summary:
        return ingest.publish(events, on_rejected=refuse)

    return publishing


@pytest.fixture
def caller(db: None) -> Credentials:
    """A caller that may read channel lazada-th and partner 143."""
    return Credentials("poller", create_caller(username="poller", channels=["lazada-th"], partners=["143"]))


@pytest.fixture
def token(caller: Credentials) -> str:
    """A fresh token of `caller`."""
    return issue_token(username=caller.username, key=caller.key)[0]


@pytest.fixture
def anyone() -> Client:
    """A client without a token, to which a failing view answers 500 as to anybody."""
    return Client(raise_request_exception=False)


@pytest.fixture
def api(token: str) -> Client:
    """A client that sends the token of `caller` in X-Subject-Token."""
    return Client(raise_request_exception=False, headers={"X-Subject-Token": token})


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server process on the tests' database, for what only HTTP shows.

    Limits are out of the way, and what is published is seen at once.
    """
    folder: Path = tmp_path_factory.mktemp("server")
    rate = "100000/m"
    with serve(folder, CALLER_RATE=rate, ORDER_RATE=rate, FEED_MEMORY_MILLISECONDS="0") as running:
        yield running
