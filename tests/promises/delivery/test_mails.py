"""From a registration to a mailbox by real processes: asked once, mailed once, stopped by a click."""

import re
import socket
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from testbed.events import event, new_orders
from testbed.installation import Installation, client_of, eventually, installed
from testbed.receivers import receiving
from tests.promises.delivery.subscribers import PATH, SETTINGS, delivering, subscribe

pytestmark = pytest.mark.slow

DUE = """
from django.db.models.functions import Now
from delivery.models import *
Subscription.objects.update(due_time=Now())
"""
FAILING = """
from datetime import timedelta
from django.db.models.functions import Now
from delivery.models import *
Subscription.objects.filter(mechanism="webhook").update(
    failures=9, failing_since_time=Now() - timedelta(hours=2), next_attempt_time=Now() + timedelta(hours=1))
"""


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def place(mailbox: Path, tmp_path: Path) -> Iterator[tuple[Installation, httpx2.Client]]:
    """An installation that mails into a folder, its server, and a client with a token."""
    mails = {
        "EMAIL_URL": f"filemail://{mailbox}",
        "DELIVERY_FROM": "orders@status.example",
        "PUBLIC_URL": "https://status.example",
    }
    with installed() as (_, bare):
        here = Installation(bare.variables | SETTINGS | mails)
        credentials = here.create_caller("shop")
        with here.serve(tmp_path) as server, client_of(server.url, credentials) as client:
            yield here, client


def mails(mailbox: Path) -> list[EmailMessage]:
    """Those in the folder, oldest first."""
    files = sorted(mailbox.glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def path_in(mail: EmailMessage, action: str) -> str:
    found = re.search(rf"/subscriptions/{action}/[\w-]{{43}}", mail.as_string())
    assert found
    return found[0]


def test_an_address_is_asked_once_and_mailed_once_and_one_click_ends_it(
    place: tuple[Installation, httpx2.Client], mailbox: Path
) -> None:
    here, client = place
    email = {"to": "ops@shop.example", "schedule": {"cron": "0 0 1 1 *"}}
    body = {"name": "Shop", "mechanism": "email", "start": "beginning", "email": email}
    path = f"{PATH}/{client.post(PATH, json=body).raise_for_status().json()['subscriptionId']}"
    with here.publisher() as publish, delivering(here), delivering(here):
        publish(*new_orders(3))
        assert eventually(lambda: len(mails(mailbox)) == 1)
        (asked,) = mails(mailbox)
        client.get(path_in(asked, "confirm"))
        states = [client.get(path).json()["state"]]
        client.post(path_in(asked, "confirm"))
        states.append(client.get(path).json()["state"])
        here.manage("shell", "-v", "0", "-c", DUE)
        assert eventually(lambda: len(mails(mailbox)) == 2)
        sent = mails(mailbox)[1]
        client.post(path_in(sent, "stop"), data={"List-Unsubscribe": "One-Click"})
        states.append(client.get(path).json()["state"])
        publish(event(orderId="O-4", eventId="e-4"))
        here.manage("shell", "-v", "0", "-c", DUE)
    here.manage("deliver", "--once")

    assert states == ["UNCONFIRMED", "ACTIVE", "PAUSED"]
    assert sent["Subject"] == "[lazada-th] 3 orders changed (batch 1)"
    assert len(mails(mailbox)) == 2


def test_a_mail_server_that_is_silent_delays_no_webhook_and_no_end(
    place: tuple[Installation, httpx2.Client],
) -> None:
    here, client = place
    with socket.create_server(("127.0.0.1", 0)) as hole, receiving() as receiver:
        silent = Installation(here.variables | {"EMAIL_URL": f"smtp://127.0.0.1:{hole.getsockname()[1]}"})
        subscribe(client, receiver, contactEmail="ops@shop.example")
        with silent.publisher() as publish, delivering(silent):
            hole.settimeout(20)
            connection, _ = hole.accept()
            publish(*new_orders(50))
            began = time.monotonic()
            assert eventually(lambda: len(receiver.accepted) == 50)
            took = time.monotonic() - began
            connection.settimeout(0.1)
            with pytest.raises(TimeoutError):
                connection.recv(1)  # it still waits for our greeting
            asked = time.monotonic()
        ended = time.monotonic() - asked
        connection.close()

    assert took < 5
    assert ended < 10


def test_a_contact_is_told_once_that_a_webhook_fails(
    place: tuple[Installation, httpx2.Client], mailbox: Path
) -> None:
    here, client = place
    webhook = {"url": "http://127.0.0.1:10009/hidden-path"}
    body = {"name": "ERP", "mechanism": "webhook", "contactEmail": "ops@shop.example", "webhook": webhook}
    path = f"{PATH}/{client.post(PATH, json=body).raise_for_status().json()['subscriptionId']}"
    here.manage("deliver", "--once")
    (asked,) = mails(mailbox)
    client.post(path_in(asked, "confirm"))
    here.manage("shell", "-v", "0", "-c", FAILING)

    here.manage("deliver", "--once")
    here.manage("deliver", "--once")

    (_, told) = mails(mailbox)
    assert told["Subject"] == "[lazada-th] ERP: delivery has been failing for an hour"
    assert "hidden-path" not in told.as_string()
    assert client.get(path).json()["state"] == "FAILING"
