"""Subscriptions in the admin: the list, and the page that says why one is not told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from callers.administration import revoke_caller
from delivery.models import DeliverProcess
from delivery.registration.representation import STATES
from testbed.events import at, new_orders
from tests.conftest import Publish
from tests.delivery.mail.servers import set_up
from tests.operators.subscriptions import (
    LIST,
    NOW,
    SCHEDULE,
    attempted,
    changed,
    facts_on,
    held,
    page_of,
    subscribed,
    text_of,
    why_on,
)
from wire.times import parse_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead", "caller")]

NOW_TEXT = "2026-11-24 20:00:05 UTC"
LATER = datetime.now(UTC) + timedelta(days=1)
FAILING = {"failures": 3, "failing_since_time": NOW, "next_attempt_time": LATER}
ORDER = f"The last failure, order A-1 at {NOW_TEXT}, was"
TOLD = f" The next try is due at {LATER:%Y-%m-%d %H:%M:%S} UTC."


def listed(answer: Any) -> list[str]:
    """The ids of the rows of a list."""
    return [row.public_id for row in answer.context["cl"].result_list]


def test_the_list_tells_who_is_told_where_and_what_is_wrong(viewers: Client, publish: Publish) -> None:
    publish(*new_orders(1))
    recently = datetime.now(UTC) - timedelta(minutes=5, seconds=30)
    row = changed(subscribed(), **FAILING, last_success_time=recently)
    held(row)

    answer = viewers.get(LIST)

    shown = text_of(answer)
    who = f"{row.public_id} poller channel lazada-th ERP Bangkok webhook https://shop.example:8443"
    assert f"{who} FAILING 0 s 1 5 min ago in 23 h" in shown
    assert "s3cret" not in answer.text


def test_the_list_makes_no_query_for_a_row(viewers: Client, publish: Publish) -> None:
    publish(*new_orders(2))
    counts = []
    for _ in range(2):
        held(subscribed())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            viewers.get(LIST)
        counts.append(len(queries))
        for _ in range(20):
            held(subscribed(scope=("partner", "143")))

    assert counts[0] == counts[1] <= 7


def test_the_list_is_filtered_by_state_and_mechanism(viewers: Client) -> None:
    active, failing = subscribed(), changed(subscribed(), failures=1)

    answers = {name: listed(viewers.get(LIST, {"state": name})) for name in STATES}

    assert answers["FAILING"] == [failing.public_id]
    assert answers["ACTIVE"] == [active.public_id]
    assert answers["DISABLED"] == answers["PAUSED"] == answers["UNCONFIRMED"] == []
    assert len(listed(viewers.get(LIST, {"mechanism": "webhook"}))) == 2
    assert listed(viewers.get(LIST, {"mechanism": "ftp"})) == []


@pytest.mark.parametrize("words", ["poller", "lazada", "ERP", "sub", "Bangkok poller"])
def test_the_list_is_searched_by_what_one_knows(viewers: Client, words: str) -> None:
    row = subscribed()
    other = changed(subscribed(scope=("partner", "143")), name="x", public_id="other")

    found = listed(viewers.get(LIST, {"q": words}))

    assert row.public_id in found
    assert (other.public_id in found) == (words == "poller")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"secrets__startswith": "g"}, 400),
        ({"caller__key_digest__gt": "g"}, 400),
        ({"name__regex": "("}, 400),
        ({"state": "BROKEN"}, 302),
        ({"mechanism": "pigeon"}, 302),
        ({"p": "99999999999999999999"}, 200),
        ({"q": "\0"}, 200),
        ({"o": "x.99"}, 200),
    ],
    ids=str,
)
def test_a_list_that_is_asked_for_wrongly_tells_nothing(
    viewers: Client, query: dict[str, str], status: int
) -> None:
    subscribed()

    answer = viewers.get(LIST, query)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("columns", "attempts", "sentence"),
    [
        ({}, [], "Nothing failed, and nothing was sent yet."),
        ({"last_success_time": NOW}, [{"outcome": "DELIVERED"}], "Nothing fails."),
        (
            FAILING,
            [{}, {"outcome": "TEST", "detail": "answered 404"}],
            f"Failing since {NOW_TEXT}. {ORDER} FAILED: connection refused.{TOLD}",
        ),
        (
            {"next_attempt_time": LATER},
            [{"outcome": "PACED", "status": 429, "detail": "asks for less"}],
            f"The receiver asked for less. {ORDER} PACED with status 429: asks for less.{TOLD}",
        ),
        (
            {"failing_since_time": NOW},
            [{"outcome": "REFUSED", "status": 500, "detail": "oh no"}],
            f"The receiver refuses orders since {NOW_TEXT}. {ORDER} REFUSED with status 500: oh no.",
        ),
        (
            {"active": False, "disabled_reason": "GONE"},
            [],
            "Disabled: nothing is sent until it is resumed. The receiver answered 410 Gone.",
        ),
        (
            {"active": False, "disabled_reason": "SOMETHING_NEW"},
            [],
            "Disabled: nothing is sent until it is resumed. The reason is SOMETHING_NEW.",
        ),
        ({"active": False}, [], "Paused: nothing is sent until it is resumed."),
        (
            {"active": False, "disabled_reason": "STOPPED_BY_RECIPIENT"},
            [],
            "Its recipient stopped it. To resume it asks the recipient by mail to agree anew.",
        ),
        (
            {"confirmed": False},
            [],
            "Nothing is sent until the owner of the address agrees, by the link in our mail.",
        ),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_a_page_says_at_its_top_why_it_is_not_told(
    viewers: Client, columns: dict[str, Any], attempts: list[dict[str, Any]], sentence: str
) -> None:
    row = changed(subscribed(), **columns)
    for attempt in attempts:
        attempted(row, **attempt)

    assert why_on(viewers.get(page_of(row))) == sentence


def test_orders_that_are_held_are_told_and_listed(viewers: Client) -> None:
    row = subscribed()
    held(row, "A 1&2", tries=2, status=400, detail="answered 400")
    held(row, "B-1", given_up=True)

    answer = viewers.get(page_of(row))

    assert why_on(answer) == "Delivering, but 2 orders are held: refused, or waiting to be resent."
    assert "A 1&2 lazada-th HELD 2 400 answered 400" in text_of(answer)
    assert "B-1 lazada-th GIVEN_UP 0" in text_of(answer)
    assert 'href="/orders/salesorder/?q=A%201%262"' in answer.text


def test_who_may_not_read_any_more_is_said_to_be_sent_nothing(viewers: Client) -> None:
    row = subscribed()
    revoke_caller(username="poller")

    said = why_on(viewers.get(page_of(row)))

    assert said == "Nothing is sent. Its caller may not read these orders any more."


def test_a_page_says_when_no_process_delivers(viewers: Client) -> None:
    row, sentence = subscribed(), "no process delivers: manage.py deliver does not run"
    without = text_of(viewers.get(page_of(row)))
    DeliverProcess.objects.create(owner="files", until=LATER, first_shard=64)
    with_files = text_of(viewers.get(page_of(row)))
    DeliverProcess.objects.create(owner="orders", until=LATER)

    with_orders = text_of(viewers.get(page_of(row)))

    assert sentence in without
    assert sentence in with_files
    assert sentence not in with_orders


def test_a_page_shows_what_the_wire_shows_and_no_secret(viewers: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    row = changed(
        subscribed(contactEmail="ops@shop.example", orderStatus=["NEW"]), position=parse_time(at(1))
    )

    answer = viewers.get(page_of(row))

    facts = facts_on(answer)
    assert facts.pop("Behind").startswith("2, the first for ")
    assert facts == {
        "Caller": "poller",
        "Orders of": "channel lazada-th",
        "Name": "ERP Bangkok",
        "Mechanism": "webhook",
        "Receiver": "https://shop.example:8443",
        "Format": "SALES_ORDER_STATUS_V3",
        "Rate": "as fast as it answers",
        "At once": "up to 8 orders",
        "Status": "NEW",
        "State": "ACTIVE",
        "Position": f"{row.position:%Y-%m-%d %H:%M:%S} UTC",
        "Held orders": "0",
        "Contact": "ops@shop.example, who has not agreed yet",
        "Created": f"{row.created_time:%Y-%m-%d %H:%M:%S} UTC",
    }
    assert "unseen" not in answer.text
    assert "s3cret" not in answer.text


@pytest.mark.parametrize(
    ("mechanism", "given", "words"),
    [
        (
            "email",
            {"to": "ops@shop.example"},
            {"Receiver": "shop.example", "Mailed to": "ops@shop.example"}
            | {"CSV has": "a row for each event, formulas made harmless"},
        ),
        (
            "ftp",
            {
                "url": "sftp://user-1@ftp.shop.example/in-1",
                "password": "unseen",
                "hostKey": f"SHA256:{'A' * 43}",
            },
            {"Receiver": "sftp://ftp.shop.example", "Logs in with": "a password"}
            | {"Host key": f"SHA256:{'A' * 43}", "Files are": "uploaded under another name, then renamed"}
            | {"CSV has": "a row for each event"},
        ),
        (
            "file",
            {"folder": "shop", "compress": True, "layout": "orders", "whenEmpty": "heartbeat"},
            {"Receiver": "folder shop", "Folder below DELIVERY_FOLDER": "shop"}
            | {"CSV has": "a row for each order, in gzip"}
            | {"When nothing changed": "a file with its header only"},
        ),
    ],
)
def test_each_mechanism_of_files_is_told_in_words(
    viewers: Client, settings: Settings, tmp_path: Any, mechanism: str, given: Any, words: dict[str, str]
) -> None:
    set_up(settings)
    settings.DELIVERY_FOLDER = str(tmp_path)
    row = subscribed(mechanism, **{mechanism: given | {"schedule": SCHEDULE}})

    answer = viewers.get(page_of(row))

    common = {"Schedule": "*/15 * * * * in Asia/Bangkok", "Orders in a file": "up to 10,000"}
    facts = facts_on(answer)
    assert {name: facts[name] for name in common | words} == common | words
    assert facts["When nothing changed"] == words.get("When nothing changed", "no file")
    assert facts["Next file is cut"]
    assert [word for word in ("unseen", "user-1", "in-1") if word in answer.text] == []


def test_attempts_are_filtered_by_outcome_and_order_and_paged(
    viewers: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.registration.lists.PAGE", 2)
    row = subscribed()
    for number in range(3):
        attempted(row, "DELIVERED", order_id=f"D-{number}")
        attempted(row, order_id=f"F-{number}")

    def shown(**query: str) -> list[str]:
        found = viewers.get(page_of(row), query).context["attempts"]["attempts"]
        return [one["orderId"] for one in found]

    failed = viewers.get(page_of(row), {"outcome": "FAILED", "orderId": ""})
    older = failed.context["attempts"]["nextBefore"]
    assert shown() == ["F-2", "D-2"]
    assert shown(outcome="FAILED", before=older) == ["F-0"]
    assert shown(orderId="D-1") == ["D-1"]
    assert f'href="?outcome=FAILED&amp;orderId=&amp;before={older}#attempts"' in failed.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"outcome": "LOST"}, "outcome must be one of DELIVERED, REFUSED, FAILED,"),
        ({"orderId": "\0"}, "orderId must be the id of an order"),
        ({"before": "x"}, "before must be what the list before it said"),
        ({"after": "-1"}, "after must be what the list before it said"),
    ],
    ids=str,
)
def test_a_page_that_is_asked_for_wrongly_says_so(
    viewers: Client, query: dict[str, str], sentence: str
) -> None:
    answer = viewers.get(page_of(subscribed()), query)

    assert answer.status_code == 200
    assert sentence in text_of(answer)


def test_a_page_makes_as_many_queries_whatever_is_on_it(viewers: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    counts = []
    for size in (1, 50):
        row = subscribed()
        for number in range(size):
            held(row, f"H-{number}")
            attempted(row)
        with CaptureQueriesContext(connection) as queries:
            viewers.get(page_of(row))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 16


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "_5F"])
def test_a_subscription_that_is_not_there_is_404(viewers: Client, number: str) -> None:
    assert viewers.get(f"{LIST}{number}/change/").status_code == 404


def test_one_that_was_deleted_is_gone(viewers: Client) -> None:
    row = changed(subscribed(), deleted=True)

    assert viewers.get(page_of(row)).status_code == 404
    assert listed(viewers.get(LIST)) == []
