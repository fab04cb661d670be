"""What operators do with subscriptions in the admin: what each action does, says, logs and refuses."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from pytest_django import Settings

from callers.administration import revoke_caller
from delivery.files.keeping import remove_bytes
from delivery.models import Attempt, Batch, HeldOrder, Subscription
from delivery.registration import trying
from delivery.registration.representation import state_of
from orders.forgotten import Forgotten
from orders.models import FeedClock
from testbed.events import at, new_orders
from testbed.file_readers import files_in
from tests.conftest import Publish
from tests.delivery.files.folders import subscribe, working
from tests.delivery.mail.servers import set_up
from tests.delivery.registration.receivers import receiver
from tests.operators.subscriptions import (
    NOW,
    WEBHOOK,
    attempted,
    changed,
    everything,
    logged,
    page_of,
    subscribed,
    text_of,
)
from wire.times import EARLIEST, parse_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead", "caller")]


def offered(answer: Any) -> list[str]:
    """What a page offers to do."""
    return [one["label"] for one in answer.context["offered"]]


def test_one_is_paused_and_goes_on(operators: Client) -> None:
    row = changed(subscribed(), failures=2, failing_since_time=NOW, next_attempt_time=NOW)
    numbers, states, told = [row.change_number], [], []
    for action in ("pause", "resume"):
        told.append(text_of(operators.post(page_of(row, action), follow=True)))
        row.refresh_from_db()
        numbers.append(row.change_number)
        states.append(state_of(row))

    assert states == ["PAUSED", "ACTIVE"]
    assert (row.failures, row.next_attempt_time) == (0, None)
    assert numbers[0] < numbers[1] < numbers[2]
    sentences = [
        "Paused. Nothing new is sent from a second later on.",
        "Resumed. It goes on where it stopped, and is tried at once.",
    ]
    assert [sentence in page for sentence, page in zip(sentences, told, strict=True)] == [True, True]
    assert logged() == [("olga", row.public_id, sentence) for sentence in sentences]
    assert sentences[1] in text_of(operators.get(page_of(row, "history")))


def test_an_address_is_asked_again_when_one_is_resumed(operators: Client, settings: Settings) -> None:
    set_up(settings)
    row = changed(subscribed("email", email={"to": "ops@shop.example", "schedule": {"cron": "0 * * * *"}}))

    answer = operators.post(page_of(row, "resume"), follow=True)

    assert "Resumed. The owner of the address is asked by mail whether to go on." in text_of(answer)


@pytest.mark.parametrize("form", [{"since": "time"}, {"from_beginning": "on"}], ids=str)
def test_one_is_replayed_since_a_time_or_from_the_beginning(
    operators: Client, publish: Publish, form: dict[str, str]
) -> None:
    publish(*new_orders(3))
    row = changed(subscribed(), position=FeedClock.newest())
    time = {"since": at(1)} if "since" in form else form

    answers = [operators.post(page_of(row, "replay"), time, follow=True) for _ in range(8)]

    row.refresh_from_db()
    told = f"Replayed since {at(1)}." if "since" in form else "Replayed from the beginning."
    assert told in text_of(answers[-1])  # a caller may do so six times an hour
    assert row.position == (parse_time(at(1)) if "since" in form else EARLIEST)
    assert row.generation == 8
    assert logged() == [("olga", row.public_id, told)] * 8


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Give a time, or choose the beginning: one of both."),
        ({"since": at(1), "from_beginning": "on"}, "Give a time, or choose the beginning: one of both."),
        ({"since": "monday"}, "It must be an RFC 3339 time with a zone"),
        ({"since": "2026-02-30T00:00:00Z"}, "It is not a possible date and time."),
        ({"since": "1"}, "It must be an RFC 3339 time with a zone"),
        ({"since": "1" * 500}, "Ensure this value has at most 40 characters"),
        ({"since": "\0"}, "Null characters are not allowed."),
    ],
    ids=str,
)
def test_a_replay_that_cannot_be_is_refused_at_the_form(
    operators: Client, form: dict[str, str], sentence: str
) -> None:
    row = subscribed()
    before = everything()

    answer = operators.post(page_of(row, "replay"), form)

    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert everything() == before


def test_a_replay_of_what_was_forgotten_is_refused_at_the_form(operators: Client) -> None:
    row = subscribed()
    Forgotten.objects.create(kind="channel", identifier="lazada-th", updated_time=parse_time(at(5)))
    FeedClock.objects.update(last_time=parse_time(at(9)))
    before = everything()

    answer = operators.post(page_of(row, "replay"), {"since": at(4)})

    assert "Changes later than that are not kept any more" in text_of(answer)
    assert everything() == before


def test_an_order_is_resent(operators: Client, publish: Publish) -> None:
    publish(*new_orders(1))
    row = subscribed()

    answer = operators.post(page_of(row, "resend"), {"channel_id": "other", "order_id": "O-1"}, follow=True)

    told = "Order O-1 of channel lazada-th is sent again as it is now."
    assert told in text_of(answer)
    assert HeldOrder.objects.get().resent
    assert logged() == [("olga", row.public_id, told)]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "This field is required."),
        ({"channel_id": "lazada-th", "order_id": "A-0"}, "orderId is no order of this channel or partner"),
        ({"channel_id": "shopee", "order_id": "O-1"}, "orderId is no order of this channel or partner"),
        ({"channel_id": "lazada-th", "order_id": "x" * 101}, "at most 100 characters"),
        ({"channel_id": "lazada-th", "order_id": "\0"}, "Null characters are not allowed."),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_order_that_it_is_not_told_of_is_not_resent(
    operators: Client, publish: Publish, form: dict[str, str], sentence: str
) -> None:
    publish(*new_orders(1))
    row = subscribed(scope=("partner", "144"))
    before = everything()

    answer = operators.post(page_of(row, "resend"), form)

    assert sentence in text_of(answer)
    assert everything() == before


def test_files_are_replayed_and_not_resent(operators: Client, settings: Settings, tmp_path: Path) -> None:
    settings.DELIVERY_FOLDER = str(tmp_path)
    row = subscribe("shop")

    answer = operators.post(page_of(row, "resend"), {"channel_id": "lazada-th", "order_id": "A-1"})

    assert "It sends files, not single orders. Replay it instead." in text_of(answer)
    assert offered(operators.get(page_of(row))) == ["Pause", "Replay", "Test"]


def test_only_what_would_change_something_is_offered(operators: Client, viewers: Client) -> None:
    row = subscribed()
    working_one = offered(operators.get(page_of(row)))
    changed(row, active=False, disabled_reason="NO_SUCCESS")

    disabled = offered(operators.get(page_of(row)))

    assert working_one == ["Pause", "Replay", "Resend an order", "Test"]
    assert disabled == ["Resume", "Replay", "Resend an order", "Test"]
    assert offered(viewers.get(page_of(row))) == []


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, "The example was delivered: status 200, "),
        (404, "The example was not delivered: answered 404 (status 404, "),
    ],
)
def test_a_test_shows_at_once_what_came_of_it(
    operators: Client, settings: Settings, status: int, told: str
) -> None:
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]
    with receiver(status) as (url, taken):
        row = subscribed(webhook=WEBHOOK | {"url": url})

        answer = operators.post(page_of(row, "test"), follow=True)

    ((headers, _),) = taken
    assert headers["X-Acomm-Test"] == "true"
    assert told in text_of(answer)
    assert ('<li class="success">' in answer.text) == (status == 200)
    assert Attempt.objects.get().outcome == "TEST"
    ((_, _, message),) = logged()
    assert message.startswith(told)


def test_a_test_holds_no_transaction_while_it_waits(
    operators: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths, row = [], subscribed()

    def tried(public_id: str) -> tuple[bool, Attempt]:
        depths.append(len(connection.savepoint_ids))
        return True, attempted(row, milliseconds=1)

    outside = len(connection.savepoint_ids)
    monkeypatch.setattr("delivery.registration.operating.tried", tried)
    operators.post(page_of(row, "test"))

    assert depths == [outside]


def test_a_test_that_may_not_be_is_refused_at_the_form(operators: Client, settings: Settings) -> None:
    row = subscribed()
    said = []

    def ask() -> None:
        said.append(text_of(operators.post(page_of(row, "test"))))

    with trying.one_at_a_time():
        ask()
    keys, settings.DELIVERY_KEYS = settings.DELIVERY_KEYS, []
    ask()
    settings.DELIVERY_KEYS = [Fernet.generate_key().decode()]
    ask()
    settings.DELIVERY_KEYS = keys
    changed(row, confirmed=False)
    ask()
    revoke_caller(username="poller")
    ask()

    sentences = [
        "Another test is under way here. Try again in 10 seconds.",
        "DELIVERY_KEYS is missing: without it no secret can be read.",
        "No key of DELIVERY_KEYS reads its secrets.",
        "The owner of the address has not agreed yet",
        "Nothing is sent, not even an example. Its caller may not read these orders any more.",
    ]
    assert [sentence in page for sentence, page in zip(sentences, said, strict=True)] == [True] * 5
    assert (Attempt.objects.count(), logged()) == (0, [])


@pytest.mark.parametrize("action", ["pause", "resume", "replay", "resend", "test"])
def test_nothing_is_done_by_looking_by_viewers_or_from_other_pages(
    operators: Client, viewers: Client, action: str
) -> None:
    row = subscribed()
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = operators.cookies
    before = everything()
    form = {"from_beginning": "on", "channel_id": "lazada-th", "order_id": "A-1"}

    answers = [
        operators.get(page_of(row, action)),
        operators.put(page_of(row, action)),
        viewers.get(page_of(row, action)),
        viewers.post(page_of(row, action), form),
        stranger.post(page_of(row, action), form),
    ]

    assert [answer.status_code for answer in answers] == [200, 405, 403, 403, 403]
    assert everything() == before


@pytest.fixture
def batch(
    deliverable: None, publish: Publish, caller: Any, settings: Settings, tmp_path: Path
) -> tuple[Batch, Path]:
    """A batch that was sent, and the folder that it lies in."""
    settings.DELIVERY_FOLDER = str(tmp_path)
    row = subscribe("shop")
    publish(*new_orders(3))
    with working() as worker:
        worker.catch_up(row)
    return Batch.objects.get(), tmp_path / "shop"


def test_a_file_is_downloaded_as_it_was_sent(batch: tuple[Batch, Path], viewers: Client) -> None:
    found, folder = batch
    page = viewers.get(page_of(found.subscription))
    path = f"/delivery/subscription/{found.subscription_id}/batches/1"

    answer = viewers.get(path, headers={"Accept-Encoding": "gzip"})

    assert f'<a href="{path}">{found.name}</a>' in page.text
    assert answer.getvalue() == files_in(folder)[0].read_bytes()
    assert answer["Content-Disposition"] == f'attachment; filename="{found.name}"'
    assert viewers.post(path).status_code == 405


@pytest.mark.parametrize(
    ("erased", "sentence"),
    [(False, "The file is not kept any more."), (True, "The file held an order that was erased.")],
)
def test_a_file_that_is_not_kept_has_a_sentence_in_its_place(
    batch: tuple[Batch, Path], viewers: Client, erased: bool, sentence: str
) -> None:
    found, _ = batch
    remove_bytes(found)
    Batch.objects.update(erased=erased)
    path = f"/delivery/subscription/{found.subscription_id}/batches/1"

    page, answer = viewers.get(page_of(found.subscription)), viewers.get(path)

    assert f"{found.name}. {sentence}" in text_of(page)
    assert path not in page.text
    assert answer.status_code == 410
    assert sentence in text_of(answer)


@pytest.mark.parametrize("number", ["2", "0", "x", "9" * 30, "%00"])
def test_a_file_that_never_was_is_404(viewers: Client, number: str) -> None:
    row = subscribed()

    answer = viewers.get(f"/delivery/subscription/{row.pk}/batches/{number}")

    assert answer.status_code == 404
    assert "This subscription has no batch of this number." in text_of(answer)


def test_a_subscription_that_is_gone_cannot_be_acted_on(operators: Client) -> None:
    row = changed(subscribed(), deleted=True)

    answers = [operators.post(page_of(row, action)).status_code for action in ("pause", "test")]

    assert answers == [404, 404]
    assert Subscription.objects.get().active
