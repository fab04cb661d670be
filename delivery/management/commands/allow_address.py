"""`manage.py allow_address ADDRESS`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delivery.mail.recipients import key_of
from delivery.models import SilencedAddress


class Command(BaseCommand):
    help = "Let mails be sent again to an address whose owner asked for none, and now asks for them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="such as ops@shop.example")

    def handle(self, *args: Any, **options: Any) -> None:
        deleted, _ = SilencedAddress.objects.filter(key=key_of(options["address"])).delete()
        if not deleted:
            raise CommandError(f"Nobody has forbidden mails to {options['address']}.")
        self.stdout.write(f"{options['address']} may be written to again, once it has confirmed anew.")
