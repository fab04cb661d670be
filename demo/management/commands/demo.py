"""`manage.py demo --port 8000`: what `make run` runs."""

import os
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.callers import demo_callers
from demo.orders import CHANNELS, PARTNERS, demo_orders
from demo.processes import run_together
from demo.receiver import Receiver
from demo.subscriptions import Subscriber
from orders.models import SalesOrder
from orders.publishing.ingest import publish

GREETING = """
  {url}/        what this is          {url}/docs   try it in a browser

  The demo's callers (username, API key):
{callers}

  Poll it. Copy these lines into another terminal:

    TOKEN=$(curl -s {url}/identity/token \\
      -d '{{"auth": {{"apiKeyCredentials": {{"username": "{username}", "apiKey": "{key}"}}}}}}' \\
      | sed -E 's/.*"token_id": ?"([0-9a-f]{{32}})".*/\\1/')
    FEED={url}/v3/channel/{username}/sales-order-status
    curl -sw '\\n' -H "X-Subject-Token: $TOKEN" "$FEED?pageSize=2"
    curl -sw '\\n' -H "X-Subject-Token: $TOKEN" "$FEED?updatedSince={now}"

  The last line asks for what has changed since now: run it again, something always happens here.

  Be told instead. {username} has a webhook already, and below you see what it is told. The first line here
  shows what was sent to it, the last registers one of your own, for a receiver on this machine (which only
  the demo allows). {url}/docs/webhooks has receivers to copy.

    SUBSCRIPTIONS={url}/channel/{username}/subscriptions
    curl -s -H "X-Subject-Token: $TOKEN" "$SUBSCRIPTIONS/{webhook}/attempts" | head -c 600; echo
    curl -sw '\\n' -H "X-Subject-Token: $TOKEN" "$SUBSCRIPTIONS" \\
      -d '{{"name": "mine", "mechanism": "webhook", "webhook": {{"url": "http://127.0.0.1:8090/"}}}}'

  Or get files. Every minute what has changed lies as CSV in {outbox}, and as a mail, which your
  mail program opens, in {mail}. {url}/docs/files tells what stands in them.

  Stop with Ctrl-C.
"""
OPENED = {"DELIVERY_ALLOW": "http", "DELIVERY_NETWORKS": "127.0.0.0/8, ::1"}
"""Settings with which receivers may be on this machine. Only the demo has them."""


class Command(BaseCommand):
    help = "Load invented orders, make callers for them, serve, and keep changing the orders until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--orders", type=int, default=3000, metavar="N", help="loaded on first use")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            names = ", ".join(settings.REQUIRED)
            raise CommandError(f"The demo does not touch a configured database: unset {names}.")
        address = f"127.0.0.1:{options['port']}"
        _check_free(options["port"])
        if not SalesOrder.objects.exists():
            self._load(options["orders"])
        keys = settings.VAR_DIR / "demo-callers.json"
        callers = demo_callers(file=keys, channels=CHANNELS, partners=PARTNERS)
        receiver, subscriber = Receiver(), Subscriber(next(iter(callers)))
        webhook, secret = subscriber.webhook(receiver.url)
        subscriber.folder()
        subscriber.mail()
        self.stdout.write(greeting(f"http://{address}", callers, webhook.public_id))
        self.stdout.flush()
        receiver.start(secret)
        commands = (["serve", "--bind", address], ["simulate"], ["deliver"])
        environment = {**OPENED, "PUBLIC_URL": f"http://{address}"}
        status = run_together([[sys.executable, "manage.py", *command] for command in commands], environment)
        self.stdout.write("")  # below the line that the receiver writes anew
        sys.exit(status)

    def _load(self, count: int) -> None:
        now = timezone.now()
        rows = [row for order in demo_orders(count=count, now=now) for row in order.history(until=now)]
        self.stdout.write(f"Loading {count} invented orders, {len(rows)} events ...")
        rows.sort(key=lambda row: (row["eventTime"], row["revision"]))
        publish(rows)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            hint = "Choose another: make run PORT=8080"
            raise CommandError(f"Port {port} cannot be used ({error}). {hint}") from None


def greeting(url: str, callers: dict[str, str], webhook: str) -> str:
    """What is said at the start. Every line in it can be copied."""
    username, key = next(iter(callers.items()))
    lines = "\n".join(f"    {name:<22} {secret}" for name, secret in callers.items())
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    outbox = os.path.relpath(Path(settings.DELIVERY_FOLDER, username))
    mail = os.path.relpath(settings.VAR_DIR / "mail")
    return GREETING.format(
        url=url,
        callers=lines,
        username=username,
        key=key,
        now=now,
        webhook=webhook,
        outbox=outbox,
        mail=mail,
    )
