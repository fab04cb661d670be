"""`manage.py save_batch ID NUMBER`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from delivery.files.stored import pieces
from delivery.management.subscription_command import SubscriptionCommand, found
from delivery.registration.batches import kept_batch
from wire.refusals import Refusal


class Command(SubscriptionCommand):
    help = "Save a file of a subscription, byte for byte as it was sent, under its name in this folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", metavar="NUMBER", help="as show_subscription --batches tells it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            batch = kept_batch(found(options["id"]), options["number"])
            with Path(batch.name).open("xb") as file:
                file.writelines(pieces(batch, inflate=not batch.is_compressed))
        except Refusal as refusal:
            raise CommandError(str(refusal.detail)) from None
        except OSError as error:
            raise CommandError(f"{batch.name} cannot be written: {error.strerror}.") from None
        self.stdout.write(batch.name)
