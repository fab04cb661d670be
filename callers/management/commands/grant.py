"""`manage.py grant NAME [--channel ID]... [--partner ID]...`."""

from argparse import ArgumentParser
from typing import Any

from callers.grants import grant
from callers.management.caller_command import CallerCommand, add_scopes, scopes_of


class Command(CallerCommand):
    help = "Let a caller read channels and partners as well, on every server within ten seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        add_scopes(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        grant(username=options["name"], scopes=scopes_of(options))
        self.show_grants(options["name"])
