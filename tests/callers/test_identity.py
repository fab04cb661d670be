import hashlib
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from callers.administration import revoke_caller
from callers.models import Caller, Token
from testbed.feeds import FEED
from tests.conftest import Credentials
from tests.shapes import assert_problem

pytestmark = pytest.mark.wire

PATH = "/identity/token"


def ask(client: Client, username: str, key: str, **more: Any) -> Any:
    """POST credentials as a client does."""
    body = {"auth": {"apiKeyCredentials": {"username": username, "apiKey": key}}}
    return client.post(PATH, body, content_type="application/json", **more)


def test_a_key_is_exchanged_for_a_token_of_an_hour(anyone: Client, caller: Credentials) -> None:
    with time_machine.travel("2026-11-23T10:00:00.123456Z", tick=False):
        response = ask(anyone, caller.username, caller.key)

    token = response.json()["token"]["token_id"]
    assert response.json() == {
        "token": {"username": "poller", "token_id": token, "expires_at": "2026-11-23T11:00:00.123456Z"}
    }
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert response["Cache-Control"] == "no-store"


def test_the_token_opens_the_feed(anyone: Client, caller: Credentials) -> None:
    token = ask(anyone, caller.username, caller.key).json()["token"]["token_id"]

    response = anyone.get(FEED, headers={"X-Subject-Token": token})

    assert response.status_code == 200


def test_every_answer_is_another_token_and_the_earlier_ones_stay_good(
    anyone: Client, caller: Credentials
) -> None:
    tokens = [ask(anyone, caller.username, caller.key).json()["token"]["token_id"] for _ in range(3)]

    answers = [anyone.get(FEED, headers={"X-Subject-Token": token}).status_code for token in tokens]

    assert len(set(tokens)) == 3
    assert answers == [200, 200, 200]


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_json_is_json_by_whatever_name_it_comes(
    anyone: Client, caller: Credentials, content_type: str
) -> None:
    body = f'{{"auth":{{"apiKeyCredentials":{{"username":"poller","apiKey":"{caller.key}"}}}}}}'

    response = anyone.generic("POST", PATH, body, content_type=content_type)

    assert response.status_code == 200
    assert response.json()["token"]["username"] == "poller"


def test_what_is_wrong_with_credentials_is_not_told(anyone: Client, caller: Credentials) -> None:
    same = {"headers": {"X-Request-ID": "same"}}
    wrong_key = ask(anyone, caller.username, "x" * 43, **same)
    unknown = ask(anyone, "nobody", caller.key, **same)
    revoke_caller(username=caller.username)
    revoked = ask(anyone, caller.username, caller.key, **same)

    assert_problem(
        wrong_key,
        401,
        "WRONG_CREDENTIALS",
        detail="The username or the API key is wrong, or the key was revoked.",
    )
    assert wrong_key.content == unknown.content == revoked.content


def test_keys_and_tokens_are_stored_as_digests_only(anyone: Client, caller: Credentials) -> None:
    token = ask(anyone, caller.username, caller.key).json()["token"]["token_id"]

    stored = [*Caller.objects.values(), *Token.objects.values()]

    assert bytes(Caller.objects.get().key_digest) == hashlib.sha256(caller.key.encode()).digest()
    assert bytes(Token.objects.get().digest) == hashlib.sha256(token.encode()).digest()
    assert caller.key not in repr(stored)
    assert token not in repr(stored)


def test_tokens_that_have_ended_are_cleared_away_by_the_next(anyone: Client, caller: Credentials) -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as clock:
        ask(anyone, caller.username, caller.key)
        clock.shift(3600)
        ask(anyone, caller.username, caller.key)

    assert Token.objects.count() == 1
