"""The demo's webhook: made once, and what it is told is said on the screen."""

import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import orjson
import pytest
from django.core.management import call_command
from pytest_django import Settings

from callers.administration import create_caller
from delivery.models import Attempt, Subscription
from demo.greeting import greeting
from demo.management.commands.demo import OPENED
from demo.operators import OperatorsServer
from demo.receiver import LINES, Receiver
from demo.subscriptions import Subscriber
from testbed.events import new_orders, shipment_event
from testbed.servers import serve
from tests.conftest import Publish

pytestmark = pytest.mark.usefixtures("deliverable")

CHANNEL = "lazada-th"


class Terminal(StringIO):
    """A screen."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen() -> StringIO:
    return StringIO()


@pytest.fixture
def receiver(settings: Settings, screen: StringIO) -> Iterator[Receiver]:
    """A receiver, not started yet, and a caller for it."""
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]
    create_caller(username=CHANNEL, channels=[CHANNEL])
    with Receiver(screen) as receiver:
        yield receiver
        if receiver.secret:
            receiver.shutdown()


def test_a_delivery_is_said_with_its_status_and_age(
    receiver: Receiver, screen: StringIO, publish: Publish
) -> None:
    _, secret = Subscriber(CHANNEL).webhook(receiver.url)
    receiver.start(secret)
    publish(*new_orders(1), shipment_event(orderId="O-1", status="IN_TRANSIT"))

    call_command("deliver", "--once")

    said = screen.getvalue()
    assert re.fullmatch(r"  webhook O-1 IN_TRANSIT, \d+ ms after it was published\n", said)


def test_at_the_next_start_the_same_webhook_leads_to_the_new_receiver(receiver: Receiver) -> None:
    first, secret = Subscriber(CHANNEL).webhook("http://127.0.0.1:1/")

    again, same = Subscriber(CHANNEL).webhook(receiver.url)

    changed = {"settings", "change_number"}
    assert Subscription.objects.count() == 1
    assert (again.public_id, same, again.settings["url"]) == (first.public_id, secret, receiver.url)
    assert {field: value for field, value in vars(again).items() if field not in {*changed, "_state"}} == {
        field: value for field, value in vars(first).items() if field not in {*changed, "_state"}
    }


def test_what_was_told_before_a_restart_is_not_told_again(receiver: Receiver, publish: Publish) -> None:
    receiver.start(Subscriber(CHANNEL).webhook(receiver.url)[1])
    publish(*new_orders(3))
    call_command("deliver", "--once")
    Subscriber(CHANNEL).webhook(f"{receiver.url}again")

    call_command("deliver", "--once")

    assert Attempt.objects.count() == 3


def test_what_is_not_signed_is_not_said(receiver: Receiver, screen: StringIO) -> None:
    receiver.start(Subscriber(CHANNEL).webhook(receiver.url)[1])
    headers = {"webhook-timestamp": "1", "webhook-id": "1", "webhook-signature": "v1,x é"}

    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        urllib.request.urlopen(urllib.request.Request(receiver.url, b"{}", headers), timeout=5)
    refused.value.close()

    assert screen.getvalue() == ""


def test_a_terminal_shows_ten_and_then_the_last_so_that_the_greeting_stays_in_sight() -> None:
    terminal = Terminal()
    with Receiver(terminal) as receiver:
        for number in range(LINES + 2):
            receiver.say(str(number))

    lines = terminal.getvalue().split("\n")
    assert lines[:LINES] == [f"  {number}" for number in range(LINES)]
    assert lines[LINES:] == ["\r\x1b[2K  10 (11 so far)\r\r\x1b[2K  11 (12 so far)\r"]


def test_every_line_of_the_greeting_works_as_it_is_printed(tmp_path: Path, publish: Publish) -> None:
    publish(*new_orders(3))
    key = create_caller(username=CHANNEL, channels=[CHANNEL])
    webhook, _ = Subscriber(CHANNEL).webhook("http://127.0.0.1:1/")
    with serve(tmp_path, 0, **OPENED) as server:
        shown = greeting(server.url, {CHANNEL: key}, webhook.public_id, OperatorsServer("", "demo", "x"))
        lines = re.findall(r"^    ((?:[A-Z]+=|curl ).*(?:\n      .*)*)", shown, re.MULTILINE)
        done = subprocess.run(
            ["sh", "-eu", "-c", "\n".join(lines)], capture_output=True, text=True, timeout=30, check=True
        )

    first, since, attempts, made = (orjson.loads(line) for line in done.stdout.splitlines())
    assert [order["orderId"] for order in first["orders"]] == ["O-1", "O-2"]
    assert "orders" in since
    assert attempts == {"attempts": [], "nextBefore": None}
    assert (made["state"], made["webhook"]["url"]) == ("ACTIVE", "http://127.0.0.1:8090/")
