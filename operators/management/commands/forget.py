"""`manage.py forget --finished-before AGE [--dry-run]`, or `--withdrawn-only` (contract, section 8)."""

import re
import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from rich.console import Console
from rich.progress import Progress

from delivery.gaps import disable_behind, drop_held
from orders.publishing.ages import UNITS, BadAge, parse_age, time_before
from orders.publishing.forget import OrderLocked, Removed, count, forget
from orders.publishing.outages import first_line
from orders.publishing.removing import remove_withdrawn_texts
from wire.times import format_time


class Command(BaseCommand):
    help = (
        "Remove orders whose last change is older than an age, whatever their status, and the texts of"
        " withdrawn events. Who has not read them begins again. Running it again is harmless."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser._negative_number_matcher = re.compile(r"-\d+\w*")  # so that -400d is refused by us, and why
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--finished-before",
            metavar="AGE",
            help=f"such as 400d, 26w or 2y: a number and {UNITS}",
        )
        what.add_argument(
            "--withdrawn-only",
            action="store_true",
            help="remove no order, only texts of events that were withdrawn when they still kept them",
        )
        parser.add_argument("--dry-run", action="store_true", help="count them, and remove nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            before = _before(options["finished_before"])
            if options["dry_run"]:
                self._count(before)
            else:
                self._remove(before)
        except BadAge as error:
            raise CommandError(f"{error}. Nothing was removed.") from None
        except OrderLocked:
            raise CommandError(
                "An order is locked by somebody for a minute, and no later one may go before it. What was"
                " removed so far stays removed; run it again."
            ) from None
        except Error as error:
            raise CommandError(f"The database failed: {first_line(error)}. Run it again.") from None

    def _count(self, before: datetime | None) -> None:
        if before is None:
            raise CommandError("--dry-run counts orders, so it needs --finished-before.")
        self.stdout.write(f"would forget {_said(count(before=before), before)}")

    def _remove(self, before: datetime | None) -> None:
        if texts := remove_withdrawn_texts():
            self.stdout.write(f"removed the texts of {texts} withdrawn events")
        elif before is None:
            self.stdout.write("No withdrawn event has a text.")
        if before is None:
            return
        removed = _forget(before)
        disabled, held = disable_behind(), drop_held()
        self.stdout.write(f"forgot {_said(removed, before)}")
        if disabled:
            self.stdout.write(f"disabled {disabled} subscriptions that were behind: RESYNC_REQUIRED")
        if held:
            self.stdout.write(f"dropped {held} that were held for a subscription")


def _before(age: str | None) -> datetime | None:
    return time_before(parse_age(age)) if age is not None else None


def _forget(before: datetime) -> Removed:
    """Shows how far it has come, where somebody looks on."""
    is_seen = sys.stderr.isatty()
    with Progress(console=Console(stderr=True), disable=not is_seen) as progress:
        task = progress.add_task("orders", total=count(before=before).orders if is_seen else None)

        def show(so_far: Removed) -> None:
            progress.update(task, completed=so_far.orders)

        return forget(before=before, on_progress=show)


def _said(removed: Removed, before: datetime) -> str:
    """The number of orders, and how many of them nobody had finished, so that these do not go unnoticed."""
    said = f"{removed.orders} orders whose last change was before {format_time(before)}"
    if not removed.unfinished:
        return said
    return f"{said}, {removed.unfinished} of them neither COMPLETED nor CANCELED"
