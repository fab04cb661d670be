"""list_callers, show_caller, grant, withdraw, set_rate, delete_caller."""

import json
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError
from django.test import Client

from callers.models import Caller, Grant, Token
from callers.tokens import forget_tokens
from testbed.tokens import issue_token
from tests.callers.commands import run
from tests.conftest import Credentials

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

FEED = "/v3/channel/lazada-th/sales-order-status"
NO_GRANTS = "poller has no grants, so every poll of it is refused: manage.py grant poller --channel ID\n"


def refusal(*arguments: str) -> str:
    """The sentence that a command ends with, which has changed nothing."""
    before = state()
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert state() == before
    return str(refused.value)


def state() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Caller, Grant)]


def shown() -> Any:
    return run("show_caller", "poller").json


def test_a_new_caller_is_shown_with_what_it_has() -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        run("create_caller", "poller", "--channel", "b", "--channel", "a", "--partner", "143")

    said = run("show_caller", "poller")

    assert (said.json, said.err) == (
        {
            "username": "poller",
            "grants": {"channels": ["a", "b"], "partners": ["143"]},
            "rate": "600/m",
            "hasOwnRate": False,
            "goodTokens": 0,
            "lastTokenTime": None,
            "oldKeysEnd": [],
            "createdTime": "2026-11-23T10:00:00.000000Z",
            "revokedTime": None,
        },
        "",
    )


def test_tokens_old_keys_and_a_revocation_are_shown() -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as clock:
        key = run("create_caller", "poller", "--rate", "7/s").json["apiKey"]
        issue_token(username="poller", key=key)
        clock.shift(1800)
        issue_token(username="poller", key=key)
        both = shown()
        run("rotate_key", "poller", "--overlap", "24h")
        run("rotate_key", "poller", "--overlap", "20h")
        clock.shift(1800)
        one = shown()
        clock.shift(20 * 3600)
        later = shown()
        run("rotate_key", "poller", "--overlap", "1h")
        run("revoke_caller", "poller")
        none = shown()

    assert (both["goodTokens"], both["lastTokenTime"]) == (2, "2026-11-23T10:30:00.000000Z")
    assert (both["rate"], both["hasOwnRate"]) == ("7/s", True)
    assert (one["goodTokens"], one["oldKeysEnd"]) == (1, ["2026-11-24T06:30:00.000000Z"] * 2)
    assert (later["goodTokens"], later["oldKeysEnd"]) == (0, [])
    assert (none["goodTokens"], none["oldKeysEnd"]) == (0, [])
    assert (none["lastTokenTime"], none["revokedTime"]) == (
        "2026-11-23T10:30:00.000000Z",
        "2026-11-24T07:00:00.000000Z",
    )


def test_all_callers_are_listed_by_name_as_they_are_shown() -> None:
    for name in ("b", "a", "ü"):
        run("create_caller", name, "--channel", name)

    lines = run("list_callers").out.splitlines()

    assert [json.loads(line) for line in lines] == [run("show_caller", name).json for name in ("a", "b", "ü")]


def test_where_there_is_no_caller_nothing_is_listed() -> None:
    assert run("list_callers").out == ""


@pytest.mark.parametrize("command", ["create_caller", "show_caller"])
def test_a_caller_without_a_grant_is_said_to_have_none(command: str) -> None:
    if command == "show_caller":
        run("create_caller", "poller")

    said = run(command, "poller")

    assert said.err == NO_GRANTS
    assert said.json["username"] == "poller"


def test_a_caller_with_a_grant_is_not() -> None:
    assert run("create_caller", "poller", "--partner", "143").err == ""


def test_what_is_granted_can_be_polled(api: Client) -> None:
    path = "/v3/partner/144/sales-order-status"
    before = api.get(path).status_code

    said = run("grant", "poller", "--partner", "144", "--channel", "b")

    forget_tokens()
    assert said.json == {
        "username": "poller",
        "grants": {"channels": ["b", "lazada-th"], "partners": ["143", "144"]},
    }
    assert (before, api.get(path).status_code, said.err) == (403, 200, "")


def test_what_is_withdrawn_cannot(api: Client) -> None:
    before = api.get(FEED).status_code

    said = run("withdraw", "poller", "--channel", "lazada-th")

    forget_tokens()
    assert said.json == {"username": "poller", "grants": {"channels": [], "partners": ["143"]}}
    assert (before, api.get(FEED).status_code, said.err) == (200, 403, "")


def test_who_loses_the_last_grant_is_said_to_have_none(caller: Credentials) -> None:
    said = run("withdraw", "poller", "--channel", "lazada-th", "--partner", "143")

    assert said.json["grants"] == {"channels": [], "partners": []}
    assert said.err == NO_GRANTS


def test_a_grant_twice_is_refused_with_all_that_came_with_it(caller: Credentials) -> None:
    said = refusal("grant", "poller", "--channel", "new", "--channel", "lazada-th", "--partner", "143")

    assert said == "poller may read channel lazada-th and partner 143 already. Nothing was changed."


def test_what_is_not_granted_cannot_be_withdrawn(caller: Credentials) -> None:
    said = refusal("withdraw", "poller", "--partner", "143", "--channel", "143")

    assert said == "poller may not read channel 143 anyway. Nothing was changed."


@pytest.mark.parametrize("command", ["grant", "withdraw"])
def test_a_change_of_nothing_is_refused(caller: Credentials, command: str) -> None:
    said = refusal(command, "poller")

    assert said == "Name a channel or a partner (for a command: --channel ID, --partner ID)."


@pytest.mark.parametrize("identifier", ["", "a/b", "a\nb", "\u00a0", "..", "a" * 101])
@pytest.mark.parametrize("kind", ["channel", "partner"])
def test_what_cannot_be_polled_cannot_be_granted(caller: Credentials, kind: str, identifier: str) -> None:
    said = refusal("grant", "poller", f"--{kind}={identifier}")

    assert said.startswith(f"{identifier[:50]!r} is not a name: use 1 to 100 printable characters")


def test_a_rate_is_set_and_taken_away_again(api: Client) -> None:
    def policy() -> str:
        forget_tokens()
        return api.get(FEED)["RateLimit-Policy"]

    said, own = run("set_rate", "poller", "3/h"), policy()
    said_then, common = run("set_rate", "poller", "default"), policy()

    assert (said.json, own) == ({"username": "poller", "rate": "3/h"}, '"caller";q=3;w=3600')
    assert (said_then.json, common) == ({"username": "poller", "rate": "600/m"}, '"caller";q=600;w=60')


@pytest.mark.parametrize("rate", ["", "600", "0/m", "600/w", "many", "Default"])
def test_a_rate_that_is_none_is_refused(caller: Credentials, rate: str) -> None:
    said = refusal("set_rate", "poller", rate)

    assert said == f"{rate!r} is not a rate: write a number, a slash and one of s, m, h, d, such as 600/m."


def test_a_caller_that_never_got_a_token_can_be_deleted_and_its_name_is_free() -> None:
    run("create_caller", "poller", "--channel", "lazadath", "--rate", "1/s")
    run("rotate_key", "poller", "--overlap", "24h")
    run("revoke_caller", "poller")

    said = run("delete_caller", "poller")

    assert said.out == "poller is deleted; its key opens nothing.\n"
    assert state() == [[], []]
    assert run("create_caller", "poller").json["username"] == "poller"


@pytest.mark.parametrize("afterwards", ["nothing", "its tokens ended", "it was revoked", "rotated"])
def test_a_caller_that_got_a_token_keeps_its_name(caller: Credentials, afterwards: str) -> None:
    issue_token(username=caller.username, key=caller.key)
    if afterwards == "its tokens ended":
        Token.objects.all().delete()
    elif afterwards == "it was revoked":
        run("revoke_caller", "poller")
    elif afterwards == "rotated":
        run("rotate_key", "poller")

    said = refusal("delete_caller", "poller")

    assert said == "poller has got tokens, so its name stays taken: revoke_caller shuts it out."


def test_a_caller_with_a_token_that_nobody_noted_keeps_its_name(caller: Credentials) -> None:
    issue_token(username=caller.username, key=caller.key)
    Caller.objects.update(last_token_time=None)

    assert refusal("delete_caller", "poller").startswith("poller has got tokens")


def test_a_wrong_key_is_no_token(caller: Credentials) -> None:
    body = {"auth": {"apiKeyCredentials": {"username": "poller", "apiKey": "wrong"}}}
    Client().post("/identity/token", body, content_type="application/json")

    assert run("delete_caller", "poller").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["show_caller"],
        ["grant", "--channel", "a"],
        ["withdraw", "--channel", "a"],
        ["set_rate", "600/m"],
        ["delete_caller"],
        ["rotate_key"],
        ["rotate_key", "--overlap", "24h"],
        ["revoke_caller"],
    ],
    ids=" ".join,
)
def test_who_is_not_there_is_said_not_to_be(caller: Credentials, arguments: list[str]) -> None:
    command, *rest = arguments

    assert refusal(command, "nobody", *rest) == "There is no caller nobody. create_caller makes one."
