"""`manage.py mend_order CHANNEL ORDER --partner ID`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from orders.publishing.mend import MendRefused, mend_order
from orders.publishing.outages import first_line


class Command(BaseCommand):
    help = "Give an order to another partner, after a line with a wrong one. Pollers see the order again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", metavar="CHANNEL")
        parser.add_argument("order", metavar="ORDER", help="its orderId")
        parser.add_argument("--partner", metavar="ID", required=True, help="the partner that is right")

    def handle(self, *args: Any, **options: Any) -> None:
        channel, order, partner = options["channel"], options["order"], options["partner"]
        try:
            mend_order(channel_id=channel, order_id=order, partner_id=partner)
        except MendRefused as refusal:
            raise CommandError(str(refusal)) from None
        except Error as error:
            raise CommandError(f"The database failed: {first_line(error)}.") from None
        self.stdout.write(f"Order {order} of channel {channel} is of partner {partner} now.")
