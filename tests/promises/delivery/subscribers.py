"""Subscribers over HTTP, and `manage.py deliver` as processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import psycopg

from testbed.installation import Installation
from testbed.receivers import Receiver
from testbed.servers import ROOT

CHANNEL, PARTNER = "channel/lazada-th", "partner/143"
PATH = f"/{CHANNEL}/subscriptions"
GRANTS = ("--channel=lazada-th", "--partner=143")
SETTINGS = {
    "DELIVERY_NETWORKS": "127.0.0.0/8",
    "DELIVERY_ALLOW": "http",
    "MAX_SUBSCRIPTIONS_OF_SCOPE": "1000",
    "MAX_SUBSCRIPTIONS": "1000",
}
SECRET = "whsec_" + "QUJD" * 10
LONG = bool(os.environ.get("DELIVERY_LONG"))
"""Whether there is time for all: forty kills, every step, many histories."""
HASTY = ("-m", "testbed.hasty_deliver")


def subscribe(client: httpx2.Client, receiver: Receiver, scope: str = CHANNEL, **members: Any) -> str:
    """The path of a new subscription to everything there is."""
    webhook = {"url": receiver.url, "secret": SECRET, **members.pop("webhook", {})}
    body = {"name": "shop", "mechanism": "webhook", "start": "beginning", "webhook": webhook, **members}
    path = f"/{scope}/subscriptions"
    answer = client.post(path, json=body)
    return f"{path}/{answer.raise_for_status().json()['subscriptionId']}"


def deliver(place: Installation, *command: str, **variables: str) -> "subprocess.Popen[bytes]":
    """A process that delivers; `command` in place of `manage.py deliver`."""
    program = [sys.executable, *(command or ("manage.py", "deliver"))]
    return subprocess.Popen(program, cwd=ROOT, env=os.environ | place.variables | variables)


@contextmanager
def delivering(place: Installation, *command: str, **variables: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The same, until the block ends; then it ends by itself."""
    with deliver(place, *command, **variables) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def orders(client: httpx2.Client, scope: str = CHANNEL) -> dict[str, dict[str, Any]]:
    """Every order, by polling."""
    found: dict[str, dict[str, Any]] = {}
    since = ""
    while True:
        page = client.get(f"/v3/{scope}/sales-order-status{since}").raise_for_status().json()
        found |= {order["orderId"]: order for order in page["orders"]}
        since = f"?updatedSince={page['nextUpdatedSince']}"
        if not page["hasMore"]:
            return found


def feed(client: httpx2.Client, scope: str = CHANNEL, status: str | None = None) -> dict[str, str]:
    """The newest state of every order, by polling; with `status` of those that have it."""
    found = orders(client, scope).items()
    return {order: shown["updatedTime"] for order, shown in found if status in (None, shown["orderStatus"])}


def ask(place: Installation, question: str) -> Any:
    """The one value that a statement answers, asked of the database."""
    with psycopg.connect(place.variables["DATABASE_URL"], autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None
