"""How long a process remembers a token whose look-up was slow: no longer than one whose look-up was not."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from callers.administration import create_caller, revoke_caller, rotate_key
from callers.tokens import MAX_AGE_SECONDS, Unrecognised, access_by_token
from testbed.feeds import FEED
from testbed.servers import serve
from testbed.tokens import issue_token
from tests.conftest import Credentials
from tests.shapes import assert_problem

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

SLOW_SECONDS = 0.6
MEMORY_SECONDS = 1


def answered_late(execute: Callable[..., Any], *arguments: Any) -> Any:
    """A statement that the database executes at once, and whose result is late."""
    result = execute(*arguments)
    time.sleep(SLOW_SECONDS)
    return result


@pytest.mark.wire
@pytest.mark.parametrize("end", [revoke_caller, rotate_key])
def test_a_token_is_remembered_from_before_its_query(
    caller: Credentials, settings: Settings, end: Callable[..., Any]
) -> None:
    settings.CALLER_CACHE_SECONDS = MEMORY_SECONDS
    token, _ = issue_token(username=caller.username, key=caller.key)
    started = time.monotonic()
    with connection.execute_wrapper(answered_late):
        access_by_token(token)
    end(username=caller.username)
    remembered = access_by_token(token)
    time.sleep(started + MEMORY_SECONDS + 0.05 - time.monotonic())

    with pytest.raises(Unrecognised):
        access_by_token(token)

    assert remembered.username == caller.username


@pytest.mark.wire
def test_an_answer_that_took_longer_than_ten_seconds_is_not_believed(
    caller: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _ = issue_token(username=caller.username, key=caller.key)
    monkeypatch.setattr("callers.tokens.MAX_AGE_SECONDS", SLOW_SECONDS / 2)

    with connection.execute_wrapper(answered_late):
        response = Client().get(FEED, headers={"X-Subject-Token": token})

    assert_problem(response, 503, "UNAVAILABLE")
    assert MAX_AGE_SECONDS == 10


@contextmanager
def grants_locked(seconds: float) -> Iterator[None]:
    """Nobody reads grants for so long, while the block goes on."""

    def hold() -> None:
        with transaction.atomic():
            connection.cursor().execute("LOCK TABLE callers_grant")
            time.sleep(seconds)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    time.sleep(0.1)
    yield
    thread.join()


def test_who_is_shut_out_while_a_poll_waits_for_the_database_is_out_in_time(tmp_path: Path) -> None:
    key = create_caller(username="poller", channels=["lazada-th"])
    headers = {"X-Subject-Token": issue_token(username="poller", key=key)[0]}
    with serve(tmp_path, CALLER_CACHE_SECONDS="2") as server:
        first = Thread(target=lambda: httpx2.get(server.url + FEED, headers=headers, timeout=20))
        with grants_locked(1.5):
            first.start()
            rotate_key(username="poller")
            ended = last_good = time.monotonic()
        first.join()
        while time.monotonic() < ended + 5:
            if httpx2.get(server.url + FEED, headers=headers, timeout=20).status_code == 200:
                last_good = time.monotonic()
            time.sleep(0.05)

    assert last_good - ended < 2.5
