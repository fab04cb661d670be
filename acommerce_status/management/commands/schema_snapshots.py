"""`manage.py schema_snapshots [--check]`: the OpenAPI documents as files: a change of the wire shows."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.drainage import GENERATOR_STATS

from acommerce_status.openapi.document import Contents, build
from acommerce_status.openapi.operations import Undescribed
from acommerce_status.openapi.subscriptions import CONTENTS as SUBSCRIPTIONS
from acommerce_status.openapi.v2 import CONTENTS as V2
from acommerce_status.openapi.v3 import CONTENTS as V3
from acommerce_status.openapi.views import FOLDER

DOCUMENTS = {
    "v3": V3,
    "v2": V2,
    "subscriptions": SUBSCRIPTIONS,
}


class Command(BaseCommand):
    help = "Write the OpenAPI documents that /schema/ serves, or say whether the files differ from the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if a file is out of date"
        )
        parser.add_argument(
            "--folder", type=Path, default=FOLDER, help="in place of the one they are served from"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stale = []
        for version, contents in DOCUMENTS.items():
            text = snapshot(version, contents)
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


def snapshot(version: str, contents: Contents) -> str:
    """The document as it is kept. Raises CommandError after drf-spectacular has printed a warning."""
    try:
        document = build(contents)
    except Undescribed as undescribed:
        raise CommandError(str(undescribed)) from undescribed
    if GENERATOR_STATS:
        raise CommandError(f"drf-spectacular has warnings about {version}; see above.")
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
