"""`manage.py rotate_key NAME`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from callers.administration import CallerRefused, rotate_key


class Command(BaseCommand):
    help = "Give a caller a new API key and print it. The old key and its tokens end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = rotate_key(username=options["name"])
        except CallerRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(json.dumps({"username": options["name"], "apiKey": key}))
