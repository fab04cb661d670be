"""`manage.py serve`: check the settings, then become granian."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from acommerce_status.granian import become_granian


class Command(BaseCommand):
    help = "Serve until told to stop: SIGTERM ends it, SIGHUP replaces its processes by new ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default=settings.BIND, metavar="HOST:PORT", help="or unix:/path")

    def handle(self, *args: Any, **options: Any) -> None:
        become_granian(
            "BIND",
            options["bind"],
            processes=settings.WEB_CONCURRENCY,
            settings_module="acommerce_status.settings",
        )
