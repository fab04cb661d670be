"""`manage.py delete_caller NAME`."""

from typing import Any

from callers.administration import delete_caller
from callers.management.caller_command import CallerCommand


class Command(CallerCommand):
    help = "Delete a caller that has never got a token; its name is free again."

    def handle(self, *args: Any, **options: Any) -> None:
        delete_caller(username=options["name"])
        self.stdout.write(f"{options['name']} is deleted; its key opens nothing.")
