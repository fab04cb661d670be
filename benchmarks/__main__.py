"""`make bench`: measure this server beside other ways to build it, and show one table."""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

import django

from benchmarks.load import wrk_version
from benchmarks.sizes import sizes
from benchmarks.stage import stage

BEGIN, END = "<!-- table: make bench -->", "<!-- end of table -->"
DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> int:
    """0 when everything was measured, whether or not all targets were met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the data, short rounds: under three minutes"
    )
    parser.add_argument(
        "--only", metavar="TEXT", default="", help="only the parts whose name holds this text"
    )
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOCUMENT.name}")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    wrk_version()
    with stage() as on:
        os.environ["DJANGO_SETTINGS_MODULE"] = "acommerce_status.settings"
        django.setup(set_prefix=False)
        logging.getLogger("access").setLevel(logging.WARNING)  # of what is answered in this process
        from benchmarks.suite import run  # noqa: PLC0415 - it imports models, which want Django set up

        text = run(on, sizes(quick=options.quick), options.only)
    if options.write:
        _write(text)
    return 0


def _end(number: int, _frame: FrameType | None) -> None:
    """Leave through every `finally`: servers end and folders go."""
    raise SystemExit(128 + number)


def _write(text: str) -> None:
    """Put the table between the two marks of the document."""
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


if __name__ == "__main__":
    sys.exit(main())
