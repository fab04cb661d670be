"""`manage.py ingest FILE|-`: publish a file of events (contract, section 8)."""

import gc
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from orders.publishing.events import Unreadable
from orders.publishing.ingest import BATCH_SIZE, Rejected, Summary, publish
from orders.publishing.ndjson import read_lines


class Command(BaseCommand):
    help = "Publish a file of events: NDJSON, plain or gzip. Running it again is harmless."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE|-", help="the file; - is standard input")
        parser.add_argument(
            "--rejects", metavar="FILE", help="where refused lines go (default: NAME.rejects.ndjson here)"
        )
        parser.add_argument("--batch-size", type=int, default=BATCH_SIZE, help="lines in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["file"]
        if options["batch_size"] < 1:
            raise CommandError("--batch-size must be 1 or more.")
        rejects = Rejects(
            Path(options["rejects"] or f"{'stdin' if name == '-' else Path(name).name}.rejects.ndjson")
        )
        gc.freeze()  # what is loaded by now stays: looking through it over and over took a tenth of the time
        started = time.monotonic()
        with _open(name) as file, Bar(file, name) as bar, rejects:
            summary = publish(
                read_lines(file),
                batch_size=options["batch_size"],
                on_rejected=rejects.write,
                on_progress=bar.show,
            )
        self.stdout.write(_sentence(summary, time.monotonic() - started))
        if summary.rejected:
            raise CommandError(f"{summary.rejected} lines were refused; see {rejects.path}.")


class Rejects:
    """The reject file: one JSON object a line with `line` (from 1), `reason`, `text`. Made when needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> "Rejects":
        if self.path.is_file() and not self.path.is_symlink():
            self.path.unlink()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._file:
            self._file.close()

    def write(self, rejected: Rejected) -> None:
        line = rejected.line
        raw = line.text if isinstance(line, Unreadable) else cast(bytes, line)
        row = {
            "line": rejected.number,
            "reason": rejected.reason,
            "text": raw.decode(errors="replace").rstrip("\r\n"),
        }
        self._file = self._file or self.path.open("wb")
        self._file.write(orjson.dumps(row) + b"\n")
        self._file.flush()


class Bar:
    """A progress bar on a terminal, by the bytes read of a file; nothing where nobody looks."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        size = None if name == "-" else Path(name).stat().st_size
        columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
        self._progress = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
        self._task = self._progress.add_task("reading", total=size)

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._progress.stop()

    def show(self, summary: Summary) -> None:
        position = self._file.tell() if self._file.seekable() else None
        self._progress.update(self._task, completed=position, description=f"{summary.total} events")


def _open(name: str) -> BinaryIO:
    if name == "-":
        return cast(BinaryIO, sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None


def _sentence(summary: Summary, seconds: float) -> str:
    speed = summary.total / max(seconds, 0.001)
    return (
        f"published {summary.published}, revised {summary.revised}, deleted {summary.deleted},"
        f" unchanged {summary.unchanged}, rejected {summary.rejected}"
        f" in {seconds:.1f} s ({speed:.0f} events/s)"
    )
