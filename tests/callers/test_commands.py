import json
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client

from callers.models import Caller, Scope
from callers.tokens import Unrecognised, access_by_token, forget_tokens
from testbed.tokens import issue_token
from tests.callers.commands import run

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


def created(*arguments: str) -> Any:
    """What create_caller says of a new caller."""
    return run("create_caller", *arguments).json


def test_create_caller_prints_one_line_of_json_with_the_key() -> None:
    printed = run("create_caller", "poller", "--channel", "lazada-th").out

    shown = json.loads(printed)
    assert shown == {"username": "poller", "apiKey": shown["apiKey"]}
    assert len(shown["apiKey"]) == 43
    assert printed.count("\n") == 1


def test_a_created_caller_has_its_grants_and_its_rate() -> None:
    key = created("poller", "--channel", "a", "--channel", "b", "--partner", "143", "--rate", "10/s")[
        "apiKey"
    ]

    access = access_by_token(issue_token(username="poller", key=key)[0])

    assert access.grants == {Scope("channel", "a"), Scope("channel", "b"), Scope("partner", "143")}
    assert access.rate == "10/s"


def test_the_same_grant_twice_is_one() -> None:
    key = created("poller", "--channel", "a", "--channel", "a")["apiKey"]

    access = access_by_token(issue_token(username="poller", key=key)[0])

    assert access.grants == {Scope("channel", "a")}


@pytest.mark.parametrize("rate", ["600", "0/m", "-1/m", "600/w", "many", "1.5/m", "600/m "])
def test_create_caller_refuses_a_rate_that_is_none(rate: str) -> None:
    with pytest.raises(CommandError, match="is not a rate: write a number, a slash and one of s, m, h, d"):
        run("create_caller", "poller", f"--rate={rate}")

    assert not Caller.objects.exists()


@pytest.mark.parametrize(
    "arguments", [[""], ["a" * 101], ["a\nb"], ["a/b"], ["poller", "--channel="], ["poller", "--partner=a/b"]]
)
def test_create_caller_refuses_a_name_that_is_none(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="is not a name: use 1 to 100 printable characters"):
        run("create_caller", *arguments)

    assert not Caller.objects.exists()


def test_create_caller_refuses_a_name_that_is_taken_and_keeps_its_key() -> None:
    key = created("poller")["apiKey"]

    with pytest.raises(CommandError, match=r"poller exists already: .* rotate_key"):
        run("create_caller", "poller")

    assert issue_token(username="poller", key=key)


def test_rotate_key_ends_the_old_key_and_its_tokens() -> None:
    old = created("poller", "--channel", "a")["apiKey"]
    token, _ = issue_token(username="poller", key=old)

    shown = run("rotate_key", "poller").json

    forget_tokens()
    assert shown == {"username": "poller", "apiKey": shown["apiKey"]}
    with pytest.raises(Unrecognised):
        issue_token(username="poller", key=old)
    with pytest.raises(Unrecognised):
        access_by_token(token)
    new_token, _ = issue_token(username="poller", key=shown["apiKey"])
    assert access_by_token(new_token).grants == {Scope("channel", "a")}


def test_revoke_caller_ends_its_key_and_tokens_and_keeps_its_name() -> None:
    key = created("poller")["apiKey"]
    token, _ = issue_token(username="poller", key=key)

    said = [run("revoke_caller", "poller").out for _ in range(2)]

    forget_tokens()
    assert said == ["poller is out within ten seconds.\n"] * 2
    with pytest.raises(Unrecognised):
        issue_token(username="poller", key=key)
    with pytest.raises(Unrecognised):
        access_by_token(token)
    with pytest.raises(CommandError, match="exists already"):
        run("create_caller", "poller")


def test_rotate_key_takes_a_revoked_caller_back() -> None:
    created("poller")
    run("revoke_caller", "poller")

    key = run("rotate_key", "poller").json["apiKey"]

    assert issue_token(username="poller", key=key)


def test_a_created_caller_polls(anyone: Client) -> None:
    shown = created("poller", "--partner", "143")
    body = {"auth": {"apiKeyCredentials": shown}}
    token = anyone.post("/identity/token", body, content_type="application/json").json()["token"]["token_id"]

    response = anyone.get("/v3/partner/143/sales-order-status", headers={"X-Subject-Token": token})

    assert response.status_code == 200
