"""`manage.py set_rate NAME RATE`."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from callers.administration import set_rate
from callers.management.caller_command import CallerCommand

DEFAULT = "default"


class Command(CallerCommand):
    help = "Give a caller a rate of its own, or the common one again, on every server within ten seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("rate", help=f"such as 600/m; {DEFAULT}: CALLER_RATE")

    def handle(self, *args: Any, **options: Any) -> None:
        rate = None if options["rate"] == DEFAULT else options["rate"]
        set_rate(username=options["name"], rate=rate)
        self.print_json({"username": options["name"], "rate": rate or settings.CALLER_RATE})
