"""`manage.py skip_clock SECONDS`: give out later times than a lost primary can have given out."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from orders.models import FeedClock
from wire.times import format_time

MAX_SKIP = timedelta(days=366)


class Command(BaseCommand):
    help = "Move the feed clock ahead, so that no time is given out that pollers saw on a lost server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "seconds", type=int, metavar="SECONDS", help="how far ahead of now, and of the newest change"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ahead = timedelta(seconds=options["seconds"])
        if not timedelta(0) < ahead <= MAX_SKIP:
            raise CommandError(f"SECONDS must be 1 to {MAX_SKIP.total_seconds():.0f}.")
        with transaction.atomic():
            time = FeedClock.advance(1)[0] + ahead
            FeedClock.objects.update(last_time=time)
        self.stdout.write(f"Changes get times later than {format_time(time)} from now on.")
