"""The four ways tell the same: a poll, a webhook, mails and files; a hole in one is filled from another.

DELIVERY_LONG=1 publishes, revises and withdraws in two hundred rounds.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from delivery.files.verifying import verify
from testbed import file_readers
from testbed.installation import Installation, client_of, eventually, installed
from testbed.receivers import Receiver, receiving
from tests.delivery.ftp.place import PASSWORD, USER
from tests.delivery.ftp.sftp_server import sftp_server
from tests.promises.delivery.subscribers import CHANNEL, LONG, PATH, SETTINGS, delivering, orders, subscribe
from tests.promises.events import platform_events

pytestmark = pytest.mark.slow

ROUNDS = 200 if LONG else 6
EVENTS, ORDERS = 30, 400 if LONG else 40
DUE = "UPDATE delivery_subscription SET due_time = now() WHERE due_time IS NOT NULL"
BATCH = {"schedule": {"cron": "0 0 1 1 *"}, "formulaGuard": False}
Held = dict[str, dict[str, Any]]
"""Orders by their id."""


@dataclass
class Four:
    """One scope, told in four ways. `mailed` is where a person saves what is attached to mails."""

    here: Installation
    client: httpx2.Client
    receiver: Receiver
    mailbox: Path
    mailed: Path
    uploaded: Path
    paths: dict[str, str]
    opened: set[Path] = field(default_factory=set)

    def polled(self) -> Held:
        return orders(self.client)

    def posted(self) -> Held:
        """The newest that the webhook took."""
        return newest({}, [post.order for post in list(self.receiver.received) if post.status == 204])

    def from_mails(self) -> Held:
        return read(self.mailed)

    def from_files(self) -> Held:
        return read(self.uploaded)

    def all(self) -> list[Held]:
        self.save_attachments()
        return [self.posted(), self.from_mails(), self.from_files()]

    def save_attachments(self) -> None:
        for file in set(self.mailbox.glob("*.eml")) - self.opened:
            self.opened.add(file)
            for part in opened(file).iter_attachments():
                content = part.get_payload(decode=True)
                assert isinstance(content, bytes)
                (self.mailed / str(part.get_filename())).write_bytes(content)

    def make_due(self) -> None:
        with psycopg.connect(self.here.variables["DATABASE_URL"]) as connection:
            connection.execute(DUE)

    def window(self, way: str, number: int) -> tuple[str, str]:
        """Of a batch, as the list of them says."""
        listed = self.client.get(f"{self.paths[way]}/batches").raise_for_status().json()["batches"]
        (found,) = [batch for batch in listed if batch["number"] == number]
        return found["since"], found["until"]


def newest(held: Held, more: list[dict[str, Any]]) -> Held:
    """With what others know; the later `updatedTime` counts."""
    found = dict(held)
    for order in more:
        known = found.get(order["orderId"])
        if known is None or known["updatedTime"] < order["updatedTime"]:
            found[order["orderId"]] = order
    return found


def within(held: Held, window: tuple[str, str]) -> list[dict[str, Any]]:
    since, until = window
    return [order for order in held.values() if since < order["updatedTime"] <= until]


def read(folder: Path) -> Held:
    """The rows of each order from the last file that has it."""
    held: Held = {}
    for file in file_readers.files_in(folder):
        found = file_readers.orders_of(file_readers.rows_of(file))
        held |= {order_id: order for (_, order_id), order in found.items()}
    return held


def opened(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=policy.default)


def create(client: httpx2.Client, mechanism: str, **settings: Any) -> str:
    body = {"name": mechanism, "mechanism": mechanism, "start": "beginning", mechanism: BATCH | settings}
    return f"{PATH}/{client.post(PATH, json=body).raise_for_status().json()['subscriptionId']}"


def agree(client: httpx2.Client, mailbox: Path) -> None:
    """Press the button to which the first mail leads."""
    assert eventually(lambda: list(mailbox.glob("*.eml")))
    (asking,) = mailbox.glob("*.eml")
    found = re.search(r"/subscriptions/confirm/[\w-]{43}", opened(asking).as_string())
    assert found
    client.post(found[0]).raise_for_status()


@pytest.fixture
def four(tmp_path: Path) -> Iterator[Four]:
    """All four, with a process that delivers."""
    mailbox, mailed, root = tmp_path / "mail", tmp_path / "mailed", tmp_path / "root"
    mailed.mkdir()
    (root / "in").mkdir(parents=True)
    by_mail = {
        "EMAIL_URL": f"filemail://{mailbox}",
        "DELIVERY_FROM": "orders@status.example",
        "PUBLIC_URL": "https://status.example",
    }
    with ExitStack() as stack:
        _, bare = stack.enter_context(installed())
        here = Installation(bare.variables | SETTINGS | by_mail)
        server = stack.enter_context(here.serve(tmp_path))
        client = stack.enter_context(client_of(server.url, here.create_caller("shop")))
        receiver = stack.enter_context(receiving())
        place = stack.enter_context(sftp_server(root))
        url = f"sftp://{USER}@127.0.0.1:{place.port}/in"
        paths = {
            "webhook": subscribe(client, receiver),
            "email": create(client, "email", to="ops@shop.example"),
            "ftp": create(client, "ftp", url=url, password=PASSWORD, hostKey=place.host_key),
        }
        stack.enter_context(delivering(here))
        agree(client, mailbox)
        yield Four(here, client, receiver, mailbox, mailed, root / "in", paths)


def test_all_four_hold_the_same_and_a_hole_in_each_is_filled_from_another(four: Four) -> None:
    sent = platform_events(seed=11, count=EVENTS * ROUNDS, orders=ORDERS)
    with four.here.publisher() as publish:
        for number in range(ROUNDS):
            publish(*sent[EVENTS * number : EVENTS * (number + 1)])
            four.make_due()
            assert eventually(lambda: four.all() == [four.polled()] * 3)
    wanted = four.polled()

    assert len(wanted) > 10
    assert fill_poll_from_mail(four, wanted) == wanted
    assert fill_webhook_from_files(four, wanted) == wanted
    assert fill_mails_from_poll(four, wanted) == wanted
    assert fill_files_from_webhook(four, wanted) == wanted


def fill_poll_from_mail(four: Four, wanted: Held) -> Held:
    """A poller that lost a page: the mails have what changed then."""
    lost = {order["orderId"] for order in within(wanted, four.window("email", ROUNDS))}
    held = {order_id: order for order_id, order in four.polled().items() if order_id not in lost}
    assert held != wanted
    (last,) = [file for file in file_readers.files_in(four.mailed) if f"_{ROUNDS:08}_" in file.name]
    return newest(held, list(file_readers.orders_of(file_readers.rows_of(last)).values()))


def fill_webhook_from_files(four: Four, wanted: Held) -> Held:
    """A receiver that said yes and lost what came after a time: the files have it."""
    since = sorted(order["updatedTime"] for order in wanted.values())[len(wanted) // 2]
    posts = [post.order for post in four.receiver.received if post.order["updatedTime"] <= since]
    held = newest({}, posts)
    assert held != wanted
    return newest(held, list(four.from_files().values()))


def fill_mails_from_poll(four: Four, wanted: Held) -> Held:
    """A mail that was deleted unread: its number is missing, and a poll from the one before has the rest."""
    number = ROUNDS - 1
    (lost,) = [file for file in file_readers.files_in(four.mailed) if f"_{number:08}_" in file.name]
    lost.unlink()
    held = four.from_mails()
    assert held != wanted
    query = {"updatedSince": four.window("email", number - 1)[1]}
    page = four.client.get(f"/v3/{CHANNEL}/sales-order-status", params=query).raise_for_status().json()
    assert not page["hasMore"]
    return newest(held, page["orders"])


def fill_files_from_webhook(four: Four, wanted: Held) -> Held:
    """A file that was removed: `verify_batches` says which, and the webhook told all of its window."""
    number = ROUNDS - 1
    (lost,) = [file for file in file_readers.files_in(four.uploaded) if f"_{number:08}_" in file.name]
    window = four.window("ftp", number)
    lost.with_name(f"{lost.name}.json").unlink()
    lost.unlink()
    held = four.from_files()
    assert held != wanted
    (found,) = verify(four.uploaded)
    assert found.problems == [f"number {number} is missing"]
    return newest(held, within(four.posted(), window))
