"""`manage.py create_caller NAME [--channel ID]... [--partner ID]... [--rate 600/m]`."""

from argparse import ArgumentParser
from typing import Any

from callers.administration import create_caller
from callers.management.caller_command import CallerCommand, add_scopes
from callers.overview import show_caller


class Command(CallerCommand):
    help = "Create a caller and print its API key, which cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        add_scopes(parser)
        parser.add_argument("--rate", default="", metavar="600/m", help="its own limit; default: CALLER_RATE")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        key = create_caller(
            username=name, channels=options["channel"], partners=options["partner"], rate=options["rate"]
        )
        self.print_json({"username": name, "apiKey": key})
        self.warn_of_no_grants(show_caller(name))
