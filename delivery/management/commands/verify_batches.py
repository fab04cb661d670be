"""`manage.py verify_batches FOLDER`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delivery.files.verifying import verify


class Command(BaseCommand):
    help = "Check a folder of files and manifests for holes, sums and order. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        found = verify(folder)
        for one in found:
            self.stdout.write(json.dumps(one.summary(), ensure_ascii=False))
        wrong = sum(bool(one.problems) for one in found)
        if wrong:
            raise CommandError(f"Something is wrong with the files of {wrong} of {len(found)} subscriptions.")
        if not found:
            raise CommandError("There is no file of a subscription in it.")
