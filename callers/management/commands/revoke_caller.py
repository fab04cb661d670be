"""`manage.py revoke_caller NAME`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from callers.administration import CallerRefused, revoke_caller


class Command(BaseCommand):
    help = "Shut a caller out, on every server within ten seconds. Its name stays taken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            revoke_caller(username=options["name"])
        except CallerRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{options['name']} is out within ten seconds.")
