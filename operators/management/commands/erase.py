"""`manage.py erase CHANNEL ORDER` (contract, section 8)."""

import logging
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from rich.console import Console
from rich.progress import Progress

from delivery.erasing import Erased, erase
from orders.publishing.outages import first_line
from orders.publishing.removing import Erased as Removed
from orders.publishing.removing import erase_order

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Remove one order: every event that was ever said of it, and what deliveries keep of it. Events that"
        " are published again do not bring it back. Running it again erases what is left."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", metavar="CHANNEL")
        parser.add_argument("order", metavar="ORDER", help="its orderId")

    def handle(self, *args: Any, **options: Any) -> None:
        channel, order = options["channel"], options["order"]
        try:
            found = erase_order(channel_id=channel, order_id=order)
            kept = _erase_kept(channel, order, found)
        except Error as error:
            raise CommandError(f"The database failed: {first_line(error)}. Run it again.") from None
        if found is None and kept.is_nothing:
            raise CommandError(f"There is no order {order} of channel {channel}, and nothing is kept of it.")
        events = found.events if found else 0
        logger.warning("erase: an order of channel %r, and its %d events", channel, events)  # not which one
        self.stdout.write(
            f"Erased order {order} of channel {channel}: {events} events, {kept.held} held deliveries,"
            f" {kept.attempts} attempts; {kept.removed} files removed, {kept.emptied} emptied before sending."
        )


def _erase_kept(channel: str, order: str, found: Removed | None) -> Erased:
    """Shows how many files were looked through, where somebody looks on."""
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("files", total=None)
        return erase(
            channel_id=channel,
            order_id=order,
            partner_id=found.partner_id if found else None,
            updated_time=found.updated_time if found else None,
            on_progress=lambda files: progress.update(task, completed=files),
        )
