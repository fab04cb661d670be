"""`manage.py audit [--channel ID] [--repair]`: verify the promises on live data."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.auditing import audit
from orders.models import SalesOrder
from orders.rendering import catch_up, render


class Command(BaseCommand):
    help = "Check that times are sound and documents show what their events say; a sentence for each finding."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--channel", metavar="ID", help="only the orders of this channel")
        parser.add_argument(
            "--repair", action="store_true", help="set the clock right and render again what is found"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        orders = SalesOrder.objects.all()
        if options["channel"]:
            orders = orders.filter(channel_id=options["channel"])
        found = 0
        if options["repair"]:
            catch_up()
        for finding in audit(orders):
            found += 1
            self.stdout.write(finding.sentence)
            if options["repair"] and finding.order is not None:
                render([finding.order])
        if not found:
            self.stdout.write("Everything is as promised.")
            return
        ending = (
            "repaired where rendering repairs it; run audit again"
            if options["repair"]
            else "run with --repair"
        )
        raise CommandError(f"{found} findings: {ending}.")
