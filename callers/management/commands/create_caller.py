"""`manage.py create_caller NAME [--channel ID]... [--partner ID]... [--rate 600/m]`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from callers.administration import CallerRefused, create_caller


class Command(BaseCommand):
    help = "Create a caller and print its API key, which cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--channel", action="append", default=[], metavar="ID", help="may be repeated")
        parser.add_argument("--partner", action="append", default=[], metavar="ID", help="may be repeated")
        parser.add_argument("--rate", default="", metavar="600/m", help="its own limit; default: CALLER_RATE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = create_caller(
                username=options["name"],
                channels=options["channel"],
                partners=options["partner"],
                rate=options["rate"],
            )
        except CallerRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(json.dumps({"username": options["name"], "apiKey": key}))
