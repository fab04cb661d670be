"""`manage.py overview [--json]`."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from operators.overview.gathering import gather
from operators.overview.telling import as_json, as_lines


class Command(BaseCommand):
    help = "Print what the operators' first page shows: whether all is well, and where it is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, with everything")

    def handle(self, *args: Any, **options: Any) -> None:
        overview = gather()
        if options["json"]:
            self.stdout.write(json.dumps(as_json(overview), ensure_ascii=False))
            return
        for line in as_lines(overview):
            self.stdout.write(line)
