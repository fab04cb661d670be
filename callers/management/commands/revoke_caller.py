"""`manage.py revoke_caller NAME`."""

from typing import Any

from callers.administration import revoke_caller
from callers.management.caller_command import CallerCommand


class Command(CallerCommand):
    help = "Shut a caller out, on every server within ten seconds. Its name stays taken."

    def handle(self, *args: Any, **options: Any) -> None:
        revoke_caller(username=options["name"])
        self.stdout.write(f"{options['name']} is out within ten seconds.")
