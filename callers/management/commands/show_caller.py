"""`manage.py show_caller NAME`."""

from typing import Any

from callers.management.caller_command import CallerCommand
from callers.overview import show_caller


class Command(CallerCommand):
    help = "Print a caller's grants, rate, tokens and keys that were rotated, as one line of JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        shown = show_caller(options["name"])
        self.print_json(shown)
        self.warn_of_no_grants(shown)
