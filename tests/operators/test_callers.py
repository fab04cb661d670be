"""Callers in the admin: what is shown, and what each action does, says, logs and refuses."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callers.administration import create_caller, revoke_caller
from callers.identity import holder_of_key
from callers.models import Caller, Grant, RetiredKey
from callers.tokens import Unrecognised
from testbed.tokens import issue_token
from tests.conftest import Credentials, Publish

pytestmark = [pytest.mark.django_db, pytest.mark.wire]

LIST = "/callers/caller/"
KEY = re.compile(r'<code class="secret">([A-Za-z0-9_-]{43})</code>')
ERRORS = re.compile(r'<ul class="errorlist[^>]*>(.*?)</ul>', re.DOTALL)


def page_of(username: str, action: str = "change") -> str:
    return f"{LIST}{Caller.objects.get(username=username).pk}/{action}/"


def grants_of(username: str) -> list[tuple[str, str]]:
    return sorted(Grant.objects.filter(caller__username=username).values_list("kind", "identifier"))


def errors_in(answer: Any) -> list[str]:
    """What a form says, without markup."""
    return [re.sub(r"<[^>]+>", "", found).replace("&#x27;", "'") for found in ERRORS.findall(answer.text)]


def logged() -> list[tuple[str, str, str]]:
    rows = LogEntry.objects.order_by("pk")
    return [(row.user.get_username(), row.object_repr, row.get_change_message()) for row in rows]


def everything() -> list[Any]:
    models = (Caller, Grant, RetiredKey, LogEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_caller_is_created_and_its_key_shown_once(operators: Client) -> None:
    body = {"username": "shop", "channels": "lazada-th\r\n\r\n zalora-ph ", "partners": "143", "rate": "7/m"}

    answer = operators.post(f"{LIST}create/", body)

    (key,) = KEY.findall(answer.text)
    assert "no-store" in answer["Cache-Control"]
    assert holder_of_key(username="shop", key=key).rate == "7/m"
    assert grants_of("shop") == [("channel", "lazada-th"), ("channel", "zalora-ph"), ("partner", "143")]
    told = "Created. It may read channel lazada-th, channel zalora-ph, partner 143."
    assert logged() == [("olga", "shop", told)]
    assert key not in operators.get(page_of("shop")).text
    assert key not in str(operators.session.items())


def test_a_misspelt_grant_is_seen_and_mended(operators: Client, publish: Publish) -> None:
    create_caller(username="shop", channels=["lazadath"])

    shown = operators.get(page_of("shop")).text
    added = operators.post(page_of("shop", "grant"), {"channels": "lazada-th"}, follow=True)
    taken = operators.post(page_of("shop", "withdraw"), {"grants": ["channel/lazadath"]}, follow=True)

    assert 'channel lazadath <em class="doubt">nothing was ever published there</em>' in shown
    assert "Granted channel lazada-th." in added.text
    assert "Withdrew channel lazadath." in taken.text
    assert grants_of("shop") == [("channel", "lazada-th")]
    assert [told for _, _, told in logged()] == ["Granted channel lazada-th.", "Withdrew channel lazadath."]
    history = operators.get(page_of("shop", "history")).text
    assert "olga" in history
    assert "Withdrew channel lazadath." in history


def test_a_rate_is_set_and_taken_back(operators: Client, caller: Credentials) -> None:
    operators.post(page_of("poller", "rate"), {"rate": "1200/m"})
    own = Caller.objects.get().rate
    operators.post(page_of("poller", "rate"), {"rate": ""})

    assert (own, Caller.objects.get().rate) == ("1200/m", "")
    assert [told for _, _, told in logged()] == [
        "Set its rate to 1200/m.",
        "Gave it the common rate, 600/m.",
    ]


def test_a_key_is_rotated_with_an_overlap(operators: Client, caller: Credentials) -> None:
    answer = operators.post(page_of("poller", "rotate"), {"overlap": "24h"})

    (key,) = KEY.findall(answer.text)
    assert holder_of_key(username="poller", key=key).key_expires_time is None
    old = holder_of_key(username="poller", key=caller.key)
    assert old.key_expires_time
    assert timedelta(hours=23) < old.key_expires_time - timezone.now() <= timedelta(hours=24)
    assert logged() == [("olga", "poller", "Rotated its key; the old ones end after 24h.")]


def test_a_caller_is_revoked_and_restored_with_a_new_key(operators: Client, caller: Credentials) -> None:
    operators.post(page_of("poller", "revoke"))
    with pytest.raises(Unrecognised):
        holder_of_key(username="poller", key=caller.key)
    answer = operators.post(page_of("poller", "restore"))

    (key,) = KEY.findall(answer.text)
    assert holder_of_key(username="poller", key=key).username == "poller"
    with pytest.raises(Unrecognised):
        holder_of_key(username="poller", key=caller.key)
    assert [told for _, _, told in logged()] == [
        "Revoked: it is out within ten seconds.",
        "Restored, with a new key.",
    ]


def test_a_caller_without_a_token_is_deleted_and_its_log_stays(
    operators: Client, caller: Credentials
) -> None:
    answer = operators.post(page_of("poller", "delete"), follow=True)

    assert answer.redirect_chain == [(LIST, 302)]
    assert not Caller.objects.exists()
    assert logged() == [("olga", "poller", "Deleted poller; its name is free again.")]


@pytest.mark.parametrize(
    ("action", "body", "told"),
    [
        ("grant", {}, "Name a channel or a partner (for a command: --channel ID, --partner ID)."),
        ("grant", {"channels": "a/b"}, "'a/b' is not a name: use 1 to 100 printable"),
        ("grant", {"partners": ".."}, "'..' is not a name: use 1 to 100 printable"),
        (
            "grant",
            {"channels": "new\nlazada-th"},
            "poller may read channel lazada-th already. Nothing was changed.",
        ),
        ("withdraw", {}, "Name a channel or a partner"),
        ("withdraw", {"grants": ["channel/other"]}, "channel/other is not granted anyway. Nothing was"),
        ("rate", {"rate": "0/m"}, "'0/m' is not a rate: write a number, a slash and one of s, m, h, d"),
        ("rate", {"rate": "-5/m"}, "'-5/m' is not a rate"),
        ("rate", {"rate": "fast"}, "'fast' is not a rate"),
        ("rotate", {"overlap": "-24h"}, "'-24h' is not an overlap: write a number and one of s, m, h, d"),
        ("rotate", {"overlap": "31d"}, "'31d' is not an overlap"),
        ("rotate", {"overlap": ""}, "This field is required."),
        ("restore", {}, "poller is not revoked. To give it a new key, rotate its key."),
    ],
)
def test_what_is_wrong_is_told_at_the_form_and_changes_nothing(
    operators: Client, caller: Credentials, action: str, body: dict[str, Any], told: str
) -> None:
    before = everything()

    answer = operators.post(page_of("poller", action), body)

    (error,) = errors_in(answer)
    assert error.startswith(told)
    assert everything() == before


@pytest.mark.parametrize(
    ("overlap", "told"),
    [
        ("24h", "poller is revoked, and its old key does not come back: rotate it without an overlap."),
        ("0", "poller is revoked: restore it, which gives it a new key."),
    ],
)
def test_the_key_of_a_revoked_caller_is_not_rotated(
    operators: Client, caller: Credentials, overlap: str, told: str
) -> None:
    revoke_caller(username="poller")
    before = everything()

    answer = operators.post(page_of("poller", "rotate"), {"overlap": overlap})

    assert errors_in(answer) == [told]
    assert everything() == before


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"username": "poller"}, "poller exists already: choose another name, or give it a new key"),
        ({"username": "a/b"}, "'a/b' is not a name"),
        ({"username": ""}, "This field is required."),
        ({"username": "new", "channels": "a/b"}, "'a/b' is not a name"),
        ({"username": "new", "rate": "600"}, "'600' is not a rate"),
        ({"username": "new", "partners": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_a_caller_that_cannot_be_is_not_created(
    operators: Client, caller: Credentials, body: dict[str, Any], told: str
) -> None:
    before = everything()

    answer = operators.post(f"{LIST}create/", body)

    (error,) = errors_in(answer)
    assert error.startswith(told)
    assert everything() == before


def test_a_caller_that_got_a_token_is_not_deleted(operators: Client, caller: Credentials) -> None:
    issue_token(username=caller.username, key=caller.key)

    answer = operators.post(page_of("poller", "delete"))

    assert errors_in(answer) == [
        "poller has got tokens, so its name stays taken: revoke_caller shuts it out."
    ]
    assert Caller.objects.count() == 1


@pytest.mark.parametrize("action", ["grant", "withdraw", "rate", "rotate", "revoke", "restore", "delete"])
def test_an_unknown_caller_is_not_found(operators: Client, action: str) -> None:
    assert operators.get(f"{LIST}4711/{action}/").status_code == 404
    assert operators.post(f"{LIST}4711/{action}/").status_code == 404


def test_the_list_is_searched_by_name_and_by_what_is_granted(operators: Client, caller: Credentials) -> None:
    create_caller(username="other", channels=["zalora-ph"])

    found = [operators.get(LIST, {"q": text}).text for text in ("poll", "zalora", "nothing")]

    assert [("poller</a>" in text, "other</a>" in text) for text in found] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_only_what_makes_sense_is_offered(operators: Client, viewers: Client, caller: Credentials) -> None:
    offered = re.compile(r'<li><a(?: class="addlink")? href="[^"]*/(\w+)/">[^<]*</a></li>')
    good = offered.findall(operators.get(page_of("poller")).text)
    revoke_caller(username="poller")

    revoked = offered.findall(operators.get(page_of("poller")).text)

    assert good == ["grant", "withdraw", "rate", "rotate", "revoke", "delete"]
    assert revoked == ["grant", "withdraw", "rate", "restore", "delete"]
    assert offered.findall(operators.get(LIST).text) == ["create"]
    assert offered.findall(viewers.get(page_of("poller")).text) == []
    assert offered.findall(viewers.get(LIST).text) == []


def test_the_list_costs_the_same_for_many_callers(operators: Client) -> None:
    create_caller(username="first", channels=["a"])
    with CaptureQueriesContext(connection) as few:
        operators.get(LIST)
    for number in range(20):
        create_caller(username=f"caller-{number}", channels=["a", "b"])
    with CaptureQueriesContext(connection) as many:
        operators.get(LIST)

    assert len(few) == len(many)


@pytest.mark.parametrize("lookup", ["key_digest__gt", "tokens__digest__gt", "rate__startswith", "rate"])
def test_nothing_is_found_by_what_no_filter_asks_for(
    viewers: Client, caller: Credentials, lookup: str
) -> None:
    answer = viewers.get(LIST, {lookup: "0"})

    assert answer.status_code == 400
    assert "poller" not in answer.text
