"""`manage.py simulate`: keep publishing invented changes, so that a poller sees something happen."""

import os
import random
import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from demo.orders import DemoOrder, demo_orders
from orders.publishing.ingest import publish

NEW_EACH_ROUND = 0.3


class Command(BaseCommand):
    help = "Publish invented changes until Ctrl-C, or until the program that started this one ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pause", type=float, default=1.0, metavar="SECONDS", help="between two rounds")
        parser.add_argument("--rounds", type=int, metavar="N", help="end after N rounds")

    def handle(self, *args: Any, **options: Any) -> None:
        with suppress(KeyboardInterrupt):
            self._simulate(options)

    def _simulate(self, options: dict[str, Any]) -> None:
        if options["pause"] < 0:
            raise CommandError("--pause must be 0 or more.")
        rng, parent, number = random.Random(), os.getppid(), int(time.time())  # noqa: S311 - invented data
        alive: list[DemoOrder] = []
        rounds = 0
        while os.getppid() == parent and rounds != options["rounds"]:
            rounds += 1
            if len(alive) < 20 or rng.random() < NEW_EACH_ROUND:
                number += 1
                alive += demo_orders(count=1, now=timezone.now(), seed=number, first=number)
            self._publish_some(rng, alive)
            time.sleep(options["pause"])

    def _publish_some(self, rng: random.Random, alive: list[DemoOrder]) -> None:
        """One to three orders move on; those with nothing left to tell are let go."""
        rows = []
        for order in rng.sample(alive, min(len(alive), rng.randint(1, 3))):
            row = order.step(at=timezone.now())
            if row is None:
                alive.remove(order)
            else:
                rows.append(row)
        try:
            publish(rows)
        except OperationalError as error:
            self.stderr.write(f"not published, the database is busy: {error}")
