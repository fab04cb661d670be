"""`manage.py audit [--channel ID] [--repair]`: verify the promises on live data."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.models import SalesOrder, SalesOrderQuerySet
from orders.publishing.audit import audit
from orders.publishing.rerender import catch_up, rerender


class Command(BaseCommand):
    help = (
        "Check that times are sound and documents show what their events say; a sentence for each finding."
        " The exit status is 0 when everything is as promised, or has been repaired."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--channel", metavar="ID", help="only the orders of this channel")
        parser.add_argument(
            "--repair", action="store_true", help="set clock and heads right and render again what is found"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        orders = _orders(options["channel"])
        found, pks = self._print(orders)
        if not found:
            self.stdout.write("Everything is as promised.")
            return
        if not options["repair"]:
            raise CommandError(f"Findings: {found}. Run with --repair.")
        catch_up()
        for pk in pks:
            rerender([pk])
        self.stdout.write(f"Findings: {found}. Rendered again; what is left:")
        left, _ = self._print(orders)
        if left:
            raise CommandError(f"Findings: {left} of {found} are left, which rendering does not repair.")
        self.stdout.write("Nothing; everything is as promised.")

    def _print(self, orders: SalesOrderQuerySet) -> tuple[int, list[int]]:
        """Print all findings. Return how many there are, and the orders that rendering repairs."""
        found, pks = 0, dict[int, None]()
        for finding in audit(orders):
            found += 1
            self.stdout.write(finding.sentence)
            if finding.order is not None:
                pks[finding.order] = None
        return found, list(pks)


def _orders(channel: str | None) -> SalesOrderQuerySet:
    """All orders, or those of a channel. Raises CommandError if it has none, because it may be misspelt."""
    if channel is None:
        return SalesOrder.objects.all()
    orders = SalesOrder.objects.filter(channel_id=channel)
    if not orders.exists():
        raise CommandError(f"There is no order of channel {channel}.")
    return orders
