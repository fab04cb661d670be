"""`manage.py render_documents [--keep-times]`: rewrite documents of an older representation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from orders.models import SalesOrder
from orders.publishing.rerender import outdated_orders, rerender


class Command(BaseCommand):
    help = (
        "Rewrite stored documents of an older representation, in batches; stopped, it goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--keep-times",
            action="store_true",
            help="tell no poller: no order moves, even if its content changes",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rewritten = moved = 0
        for pks in outdated_orders():
            counts = rerender(pks, keep_times=options["keep_times"])
            rewritten, moved = rewritten + counts[0], moved + counts[1]
        self.stdout.write(f"rewritten {rewritten}, of which {moved} got a new updatedTime")
        if left := SalesOrder.objects.outdated().count():
            self.stdout.write(
                f"left {left} in an older representation: without events an order cannot be rendered"
                " (see audit)"
            )
