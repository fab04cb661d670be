"""Guessing keys over HTTP, with counters in a real Redis: limited from wherever, no harm to the holder.

Fails when callers.addresses.client_address does not ask for TRUST_PROXY, or takes the first entry, and when
callers.views.TokenView.post counts a guess before it looks at the key.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from testbed.servers import Server, serve
from tests.conftest import Credentials
from tests.promises.raw import Answer, exchange, request

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]


def ask(server: Server, username: str, key: str, *fields: str) -> Answer:
    """The answer to a POST of these credentials."""
    credentials = {"apiKeyCredentials": {"username": username, "apiKey": key}}
    body = orjson.dumps({"auth": credentials}).decode()
    line = "POST /identity/token HTTP/1.1"
    (answer,) = exchange(server, request(line, *fields, f"Content-Length: {len(body)}", body=body))
    return answer


def test_claiming_another_address_every_time_is_no_way_around_the_limit(tmp_path: Path) -> None:
    with serve(tmp_path, GUESS_RATE="5/d") as server:
        claims = [
            (f"X-Forwarded-For: 192.0.2.{number}", f"X-Real-IP: 192.0.2.{number}") for number in range(8)
        ]
        found = [ask(server, f"name-{claim[0]}", "wrong", *claim).status for claim in claims]

    assert found == [401] * 5 + [429] * 3


def test_behind_our_proxy_the_address_that_it_saw_counts(tmp_path: Path) -> None:
    with serve(tmp_path, GUESS_RATE="5/d", TRUST_PROXY="on") as server:

        def through(number: int, seen: str) -> int:
            claimed = f"X-Forwarded-For: 192.0.2.{number}"
            return ask(
                server, f"name-{number}", "wrong", claimed, f"X-Forwarded-For: 10.1.1.1, {seen}"
            ).status

        found = [through(number, "198.51.100.1") for number in range(8)]
        elsewhere = through(8, "198.51.100.2")

    assert found == [401] * 5 + [429] * 3
    assert elsewhere == 401


def test_a_flood_of_wrong_keys_does_not_lock_out_who_has_the_right_one(
    tmp_path: Path, caller: Credentials
) -> None:
    with serve(tmp_path, GUESS_RATE="20/d") as server, ThreadPoolExecutor(4) as pool:
        guesses = [pool.submit(ask, server, caller.username, f"wrong-{number}") for number in range(200)]
        rightful = [ask(server, caller.username, caller.key) for _ in range(20)]
        statuses = sorted(guess.result().status for guess in guesses)
        after = ask(server, caller.username, caller.key)

    assert statuses == [401] * 20 + [429] * 180
    assert {answer.status for answer in [*rightful, after]} == {200}
