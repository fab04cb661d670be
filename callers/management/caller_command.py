"""What the commands about callers have in common."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from callers.administration import CallerRefused
from callers.models import Scope
from callers.overview import show_caller


class CallerCommand(BaseCommand):
    """A command about the caller `name`. A CallerRefused ends it with its sentence, and a status of 1."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except CallerRefused as refusal:
            raise CommandError(str(refusal)) from None

    def print_json(self, data: Any) -> None:
        """Print one line of JSON on stdout."""
        self.stdout.write(json.dumps(data, ensure_ascii=False))

    def show_grants(self, name: str) -> None:
        """Print what the caller may read now; on stderr, that it is nothing."""
        shown = show_caller(name)
        self.print_json({"username": name, "grants": shown["grants"]})
        self.warn_of_no_grants(shown)

    def warn_of_no_grants(self, shown: dict[str, Any]) -> None:
        """Say on stderr when the caller may read nothing."""
        if not any(shown["grants"].values()):
            name = shown["username"]
            self.stderr.write(
                f"{name} has no grants, so every poll of it is refused: manage.py grant {name} --channel ID"
            )


def add_scopes(parser: ArgumentParser) -> None:
    """`--channel ID` and `--partner ID`, as often as one likes."""
    parser.add_argument("--channel", action="append", default=[], metavar="ID", help="may be repeated")
    parser.add_argument("--partner", action="append", default=[], metavar="ID", help="may be repeated")


def scopes_of(options: dict[str, Any]) -> Iterator[Scope]:
    """The scopes that --channel and --partner name."""
    for kind in ("channel", "partner"):
        yield from (Scope(kind, identifier) for identifier in options[kind])
