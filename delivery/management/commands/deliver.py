"""`manage.py deliver [--once]`: send what subscriptions are to be told."""

import asyncio
import os
import secrets
import signal
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from delivery.engine.deliverer import Deliverer
from delivery.engine.leases import Leases
from delivery.engine.process import deliver
from delivery.engine.store import clock_difference
from delivery.webhook import Webhook

MAX_CLOCK_SECONDS = 30


class Command(BaseCommand):
    help = "Deliver to the receivers of subscriptions, until stopped; any number of these may run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is due, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DELIVERY_KEYS:
            raise CommandError("DELIVERY_KEYS is missing: without it no secret can be read.")
        ahead = clock_difference()
        if abs(ahead) > MAX_CLOCK_SECONDS:
            raise CommandError(
                f"The clock of this machine is {ahead:.0f} s ahead of the database's: receivers would refuse"
                " the signatures. Set it right first."
            )
        asyncio.run(_run(once=options["once"]))


async def _run(*, once: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    webhook = Webhook()
    owner = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        await deliver(Deliverer(Leases(owner), {"webhook": webhook}), stopping, once=once)
    finally:
        await webhook.close()
