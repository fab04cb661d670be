"""`manage.py schema_snapshots [--check]`: the OpenAPI documents as files: a change of the wire shows."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.drainage import GENERATOR_STATS

from acommerce_status.openapi.document import WIRES, build

FOLDER = settings.BASE_DIR / "tests" / "contract"


class Command(BaseCommand):
    help = (
        "Write the OpenAPI documents into tests/contract, or tell whether they differ from the files there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if a file is out of date"
        )
        parser.add_argument("--folder", type=Path, default=FOLDER, help="in place of tests/contract")

    def handle(self, *args: Any, **options: Any) -> None:
        stale = []
        for version in WIRES:
            text = snapshot(version)
            file: Path = options["folder"] / f"{version}.json"
            if file.exists() and file.read_text() == text:
                continue
            stale.append(file.name)
            if not options["check"]:
                file.write_text(text)
                self.stdout.write(f"{file.name} written.")
        if options["check"] and stale:
            names = " and ".join(stale)
            raise CommandError(
                f"{names}: not what the code says. Run `make snapshots` and commit the result."
            )


def snapshot(version: str) -> str:
    """The document as it is kept. A warning of drf-spectacular's, which it has printed, is an error."""
    document = build(version)
    if GENERATOR_STATS:
        raise CommandError(f"drf-spectacular has warnings about {version}; see above.")
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
