"""A real PostgreSQL that goes away under a real server, and comes back."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from stores.breaker import PAUSE_SECONDS
from testbed.feeds import PATH
from testbed.servers import ROOT, serve
from testbed.services import Postgres, postgres

pytestmark = pytest.mark.slow

FORGETS_SECONDS = 0.1
"""Until then a process may still know by heart that nothing has changed; see orders.heads."""
CREDENTIALS = {"auth": {"apiKeyCredentials": {"username": "poller", "apiKey": "x"}}}


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with postgres() as running:
        manage(running, "migrate")
        yield running


def manage(database: Postgres, *arguments: str) -> str:
    """What a command prints on this database."""
    command = [sys.executable, "manage.py", *arguments]
    environment = os.environ | {"DATABASE_URL": database.url}
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def api(database: Postgres, tmp_path: Path) -> Iterator[httpx2.Client]:
    """A client with a token, of a server on this database."""
    name = f"poller-{tmp_path.name}"
    credentials = json.loads(manage(database, "create_caller", name, "--channel", "lazada-th"))
    with (
        serve(tmp_path, DATABASE_URL=database.url) as server,
        httpx2.Client(base_url=server.url, timeout=20) as api,
    ):
        token = api.post("/identity/token", json={"auth": {"apiKeyCredentials": credentials}}).json()
        api.headers["X-Subject-Token"] = token["token"]["token_id"]
        yield api


def test_each_wire_says_when_to_come_back_and_then_goes_on(api: httpx2.Client, database: Postgres) -> None:
    before = api.get(f"/v3{PATH}")
    database.stop("immediate")
    time.sleep(FORGETS_SECONDS)
    with ThreadPoolExecutor() as together:  # each waits for a connection that does not come
        paths = [f"/v3{PATH}", "/readyz", PATH, "/healthz"]
        asked = [together.submit(api.get, path) for path in paths]
        identity = together.submit(api.post, "/identity/token", json=CREDENTIALS).result()
    v3, ready, v2, alive = [answer.result() for answer in asked]
    database.start()
    time.sleep(PAUSE_SECONDS)  # for which nobody asks after a failure
    after = api.get(f"/v3{PATH}")

    away = [v3, v2, identity, ready]
    assert [response.status_code for response in away] == [503] * 4
    assert [response.headers["Retry-After"] for response in away] == ["5"] * 4
    assert {response.json().get("code") for response in (v3, identity, ready)} == {"UNAVAILABLE"}
    assert v2.json()["error"]["code"] == 503
    assert "/postgres" not in "".join(response.text for response in away)
    assert (alive.status_code, before.status_code, after.status_code) == (200, 200, 200)
    assert after.headers["ETag"] == before.headers["ETag"]
