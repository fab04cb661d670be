import logging
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from stores import minutes
from testbed.feeds import FEED, PATH
from tests.conftest import Credentials

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True, params=["refuses connections", "never answers"])
def store_away(request: pytest.FixtureRequest, settings: Settings) -> Iterator[None]:
    """The counters in a Redis that is not there, or that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        if request.param == "refuses connections":
            listener.close()
        store = {"BACKEND": "stores.counters.CounterStore", "LOCATION": url}
        settings.CACHES = {**settings.CACHES, "limits": store}
        yield


@pytest.fixture(autouse=True)
def one_use(settings: Settings) -> None:
    """Limits that would refuse the second use."""
    settings.CALLER_RATE = settings.ORDER_RATE = settings.GUESS_RATE = "1/m"


@pytest.mark.parametrize("path", [FEED, f"{FEED}/id?id=A", PATH])
def test_the_answer_is_given_without_limits_and_the_failure_is_logged(
    api: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    started = time.monotonic()
    with caplog.at_level(logging.ERROR, "callers"):
        answers = [api.get(path) for _ in range(6)]

    assert [response.status_code for response in answers] == [200] * 6
    assert time.monotonic() - started < 1.2  # one wait of a quarter of a second, not six
    assert not {"RateLimit", "RateLimit-Policy", "Retry-After"} & set(answers[-1].headers)
    assert "limits fail open" in caplog.text


def test_uses_that_were_not_counted_are_told_by_the_minute(api: Client, settings: Settings) -> None:
    settings.NOTES_URL = ""
    for _ in range(3):
        api.get(FEED)
    minutes.flush()

    now = datetime.now(UTC)
    told = minutes.series(["limits.failed_open"], now - timedelta(minutes=1), now)
    assert sum(count for _, count in told["limits.failed_open"]) == 3


def test_tokens_are_given_and_refused_as_ever(anyone: Client, caller: Credentials) -> None:
    def ask(key: str) -> int:
        body = {"auth": {"apiKeyCredentials": {"username": caller.username, "apiKey": key}}}
        return anyone.post("/identity/token", body, content_type="application/json").status_code

    assert [ask("wrong"), ask("wrong"), ask("wrong"), ask(caller.key)] == [401, 401, 401, 200]


def test_readiness_says_so_and_is_not_lost(anyone: Client, db: None) -> None:
    response = anyone.get("/readyz")

    assert response.status_code == 200
    assert response.json()["checks"]["limits"] == "away"
