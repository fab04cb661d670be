"""`manage.py rotate_key NAME [--overlap 24h]`."""

from argparse import ArgumentParser
from typing import Any

from callers.administration import rotate_key
from callers.management.caller_command import CallerCommand
from callers.overlaps import parse_overlap


class Command(CallerCommand):
    help = "Give a caller a new API key and print it. The old keys and their tokens end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--overlap",
            default="0",
            metavar="24h",
            help="how long the old keys stay good; default: not at all",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = rotate_key(username=options["name"], overlap=parse_overlap(options["overlap"]))
        self.print_json({"username": options["name"], "apiKey": key})
