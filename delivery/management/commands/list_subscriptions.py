"""`manage.py list_subscriptions [--caller NAME] [--state STATE]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from callers.models import Caller
from delivery.management.subscription_command import line
from delivery.models import Subscription
from delivery.registration.representation import STATES


class Command(BaseCommand):
    help = "Print every subscription, oldest first: a line of JSON each, without how far it is behind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--caller", metavar="NAME", help="only this caller's")
        parser.add_argument("--state", choices=STATES, help="only those in this state")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Subscription.objects.filter(deleted=False).select_related("caller").order_by("pk")
        if name := options["caller"]:
            if not Caller.objects.filter(username=name).exists():
                raise CommandError(f"There is no caller {name}; list_callers shows all.")
            rows = rows.filter(caller__username=name)
        if state := options["state"]:
            rows = rows.filter(STATES[state])
        for row in rows.iterator():
            self.stdout.write(line(row, behind=False))
