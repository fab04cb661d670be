"""`manage.py replay_subscription ID --since TIME | --from-beginning`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from delivery.management.subscription_command import SubscriptionCommand
from delivery.registration.verbs import replay
from wire.times import BadTime, parse_time


class Command(SubscriptionCommand):
    help = "Send a subscription its orders since a time again, as they are now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        since = parser.add_mutually_exclusive_group(required=True)
        since.add_argument("--since", metavar="TIME", help="an updatedTime")
        since.add_argument("--from-beginning", action="store_true", help="all orders")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            start = None if options["from_beginning"] else parse_time(options["since"])
        except BadTime as error:
            raise CommandError(f"--since {error.detail}.") from None
        self.act(options["id"], lambda row: replay(row, start))
