"""`manage.py resend_order ID CHANNEL ORDER`."""

from argparse import ArgumentParser
from typing import Any

from delivery.management.subscription_command import SubscriptionCommand
from delivery.registration.verbs import resend


class Command(SubscriptionCommand):
    help = "Send a subscription one order as it is now, apart from the flow."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("channel", metavar="CHANNEL", help="the channel of the order")
        parser.add_argument("order", metavar="ORDER", help="the id of the order")

    def handle(self, *args: Any, **options: Any) -> None:
        self.act(options["id"], lambda row: resend(row, options["channel"], options["order"]))
