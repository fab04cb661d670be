"""`manage.py show_subscription ID [--held] [--attempts] [--batches]`."""

from argparse import ArgumentParser
from typing import Any

from delivery.management.subscription_command import SubscriptionCommand, explained, found, printed
from delivery.registration.batches import batches
from delivery.registration.lists import attempts, held

LISTS = {"held": held, "attempts": attempts, "batches": batches}


class Command(SubscriptionCommand):
    help = "Print a subscription, its caller, how far it is behind and why, as one line of JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--held", action="store_true", help="then a line for each of 100 orders held")
        parser.add_argument("--attempts", action="store_true", help="and for each of the newest 100 attempts")
        parser.add_argument("--batches", action="store_true", help="and for each of the newest 100 files")

    def handle(self, *args: Any, **options: Any) -> None:
        row = found(options["id"])
        self.stdout.write(explained(row))
        for name, listed in LISTS.items():
            if options[name]:
                for one in listed(row, {})[name]:
                    self.stdout.write(printed(one))
