"""`manage.py demo --port 8000`: what `make run` runs."""

import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.callers import demo_callers
from demo.greeting import greeting
from demo.operators import demo_operator
from demo.orders import CHANNELS, PARTNERS, demo_orders
from demo.processes import run_together
from demo.receiver import Receiver
from demo.subscriptions import Subscriber
from orders.models import SalesOrder
from orders.publishing.ingest import publish

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
        address, operators_address = (f"127.0.0.1:{options['port'] + number}" for number in (0, 1))
        _check_free(options["port"])
        _check_free(options["port"] + 1, "The operators' server takes the next one.")
        if not SalesOrder.objects.exists():
            self._load(options["orders"])
        keys = settings.VAR_DIR / "demo-callers.json"
        callers = demo_callers(file=keys, channels=CHANNELS, partners=PARTNERS)
        receiver, subscriber = Receiver(), Subscriber(next(iter(callers)))
        webhook, secret = subscriber.webhook(receiver.url)
        subscriber.folder()
        subscriber.mail()
        operators = demo_operator(settings.VAR_DIR / "demo-operator.json", f"http://{operators_address}")
        self.stdout.write(greeting(f"http://{address}", callers, webhook.public_id, operators))
        self.stdout.flush()
        receiver.start(secret)
        commands = (["serve", "--bind", address], ["simulate"], ["deliver"], ["serve_operators"])
        own = {"PUBLIC_URL": f"http://{address}", "OPERATORS_BIND": operators_address}
        environment = {**OPENED, **own}
        status = run_together([[sys.executable, "manage.py", *command] for command in commands], environment)
        self.stdout.write("")  # below the line that the receiver writes anew
        sys.exit(status)

    def _load(self, count: int) -> None:
        now = timezone.now()
        rows = [row for order in demo_orders(count=count, now=now) for row in order.history(until=now)]
        self.stdout.write(f"Loading {count} invented orders, {len(rows)} events ...")
        rows.sort(key=lambda row: (row["eventTime"], row["revision"]))
        publish(rows)


def _check_free(port: int, reason: str = "") -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            told = f"Port {port} cannot be used ({error}). {reason}"
            raise CommandError(f"{told.rstrip()} Choose another: make run PORT=8080") from None
