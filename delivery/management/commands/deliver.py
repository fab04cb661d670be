"""`manage.py deliver [--once]`: send what subscriptions are to be told."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from delivery.engine.deliverer import Deliverer
from delivery.engine.leases import Leases
from delivery.engine.process import deliver
from delivery.engine.store import clock_difference
from delivery.file_transports import transports
from delivery.files import child, process
from delivery.files.deliverer import FileDeliverer
from delivery.mail.mailing import mail_once, mailing
from delivery.models import FILE_SHARDS
from delivery.webhook import Webhook

MAX_CLOCK_SECONDS = 30
NICE = 10
"""By so much the process for files lets others go first: a file may be late by what webhooks may not."""
SWITCH_SECONDS = 0.0005
"""The event loop keeps the interpreter so long while a thread with an answer of the database waits for it."""


class Command(BaseCommand):
    help = "Deliver to the receivers of subscriptions, until stopped; any number of these may run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is due, and end")
        parser.add_argument("--child-for-files", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DELIVERY_KEYS:
            raise CommandError("DELIVERY_KEYS is missing: without it no secret can be read.")
        ahead = clock_difference()
        if abs(ahead) > MAX_CLOCK_SECONDS:
            raise CommandError(
                f"The clock of this machine is {ahead:.0f} s ahead of the database's: receivers would refuse"
                " the signatures. Set it right first."
            )
        if options["child_for_files"]:
            os.nice(NICE)
            files = FileDeliverer(Leases(_owner(), shards=FILE_SHARDS), transports())
            process.deliver(files, child.told_to_stop(), once=options["once"])
            return
        status = asyncio.run(_run(once=options["once"]))
        if options["once"]:
            mail_once(_owner())
        if status and options["once"]:
            raise CommandError("The process that sends files failed; it has said why.")


async def _run(*, once: bool) -> int:
    """The status of the process for files."""
    sys.setswitchinterval(SWITCH_SECONDS)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    webhook = Webhook()
    files = asyncio.create_task(child.run(stopping, once=once))
    leases = Leases(_owner())
    try:
        with mailing(leases):
            await deliver(Deliverer(leases, {"webhook": webhook}), stopping, once=once)
        return await files
    finally:
        stopping.set()
        await files
        await webhook.close()


def _owner() -> str:
    """A name that no other process has."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
