"""A primary and a standby that streams from it, and what a test does to them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg

from testbed.events import new_orders
from testbed.installation import Installation, eventually, installed
from testbed.services import Postgres, postgres


@dataclass(frozen=True)
class Pair:
    """`installation` knows both, and takes the one that can be written; `credentials` are a caller's."""

    primary: Postgres
    standby: Postgres
    credentials: dict[str, str]
    installation: Installation


@dataclass(frozen=True)
class Filled:
    """A primary with ten orders, and a caller's credentials."""

    primary: Postgres
    credentials: dict[str, str]


@contextmanager
def filled() -> Iterator[Filled]:
    with installed() as (primary, alone):
        with alone.publisher() as publish:
            publish(*new_orders(10))
        yield Filled(primary, alone.create_caller("poller"))


@contextmanager
def copied(original: Filled) -> Iterator[Filled]:
    """Another primary that holds the same."""
    with postgres(primary=original.primary) as primary:
        ask(primary, "SELECT pg_promote()")
        yield Filled(primary, original.credentials)


@contextmanager
def followed(filled: Filled) -> Iterator[Pair]:
    """With a standby that streams from it."""
    primary = filled.primary
    with postgres(primary=primary) as standby:
        hosts = quote(f"{primary.folder},{standby.folder}", safe="")
        both = f"postgres://postgres@/postgres?host={hosts}&target_session_attrs=read-write"
        yield Pair(primary, standby, filled.credentials, Installation({"DATABASE_URL": both}))


def ask(server: Postgres, question: str) -> Any:
    """The one value that a statement answers, if it answers."""
    connect = psycopg.connect(host=str(server.folder), user="postgres", autocommit=True)
    with closing(connect) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def pause_replay(pair: Pair) -> None:
    """The standby goes on receiving, and shows none of it."""
    ask(pair.standby, "SELECT pg_wal_replay_pause()")
    assert eventually(lambda: ask(pair.standby, "SELECT pg_get_wal_replay_pause_state()") == "paused")


def resume_replay(pair: Pair) -> None:
    ask(pair.standby, "SELECT pg_wal_replay_resume()")


def wait_until_replayed(pair: Pair) -> None:
    """Return when the standby shows all that the primary has now."""
    position = ask(pair.primary, "SELECT pg_current_wal_lsn()")
    assert eventually(lambda: ask(pair.standby, f"SELECT pg_last_wal_replay_lsn() >= '{position}'"))


def is_read(server: Postgres) -> bool:
    """Whether anybody else is connected to it."""
    readers = "SELECT count(*) > 1 FROM pg_stat_activity WHERE backend_type = 'client backend'"
    return bool(ask(server, readers))
