"""Subscribers over HTTP, and `manage.py deliver` as processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from testbed.installation import Installation
from testbed.receivers import Receiver
from testbed.servers import ROOT

PATH = "/channel/lazada-th/subscriptions"
SETTINGS = {
    "DELIVERY_NETWORKS": "127.0.0.0/8",
    "DELIVERY_ALLOW": "http",
    "MAX_SUBSCRIPTIONS_OF_SCOPE": "1000",
    "MAX_SUBSCRIPTIONS": "1000",
}
SECRET = "whsec_" + "QUJD" * 10


def subscribe(client: httpx2.Client, receiver: Receiver, **members: Any) -> str:
    """The path of a new subscription to everything there is."""
    webhook = {"url": receiver.url, "secret": SECRET, **members.pop("webhook", {})}
    body = {"name": "shop", "mechanism": "webhook", "start": "beginning", "webhook": webhook, **members}
    answer = client.post(PATH, json=body)
    return f"{PATH}/{answer.raise_for_status().json()['subscriptionId']}"


def deliver(place: Installation, *command: str) -> "subprocess.Popen[bytes]":
    """A process that delivers; `command` in place of `manage.py deliver`."""
    program = [sys.executable, *(command or ("manage.py", "deliver"))]
    return subprocess.Popen(program, cwd=ROOT, env=os.environ | place.variables)


@contextmanager
def delivering(place: Installation, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The same, until the block ends; then it ends by itself."""
    with deliver(place, *command) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def feed(client: httpx2.Client) -> dict[str, str]:
    """The newest state of every order, by polling."""
    found: dict[str, str] = {}
    since = ""
    while True:
        page = client.get(f"/v3{PATH.replace('subscriptions', 'sales-order-status')}{since}").json()
        found |= {order["orderId"]: order["updatedTime"] for order in page["orders"]}
        since = f"?updatedSince={page['nextUpdatedSince']}"
        if not page["hasMore"]:
            return found
