"""`manage.py mend_event EVENT --revision N`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from orders.publishing.mend import MendRefused, mend_event
from orders.publishing.outages import first_line


class Command(BaseCommand):
    help = "Set the revision that an event has, after a line with a wrong one, so that later ones are taken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", metavar="EVENT", help="its eventId")
        parser.add_argument(
            "--revision", type=int, metavar="N", required=True, help="lines with a higher one are taken again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        event, revision = options["event"], options["revision"]
        try:
            mend_event(event_id=event, revision=revision)
        except MendRefused as refusal:
            raise CommandError(str(refusal)) from None
        except Error as error:
            raise CommandError(f"The database failed: {first_line(error)}.") from None
        self.stdout.write(f"Event {event} has revision {revision} now: later ones are taken.")
