"""`manage.py rotate_key NAME [--overlap 24h]`."""

import re
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from callers.administration import AT_ONCE, MAX_OVERLAP, CallerRefused, rotate_key
from callers.management.caller_command import CallerCommand

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_overlap(text: str) -> timedelta:
    """`24h` as 24 hours, `0` as at once. Raises CallerRefused."""
    if text == "0":
        return AT_ONCE
    match = re.fullmatch(r"([1-9][0-9]{0,7})([smhd])", text)
    length = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None
    if length is None or length > MAX_OVERLAP:
        raise CallerRefused(
            f"{text!r} is not an overlap: write a number and one of s, m, h, d, such as 24h, up to"
            f" {MAX_OVERLAP.days}d; or 0, and the old key ends at once."
        )
    return length


class Command(CallerCommand):
    help = "Give a caller a new API key and print it. The old keys and their tokens end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--overlap",
            default="0",
            metavar="24h",
            help="how long the old keys stay good; default: not at all",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = rotate_key(username=options["name"], overlap=parse_overlap(options["overlap"]))
        self.print_json({"username": options["name"], "apiKey": key})
