"""`manage.py ingest FILE|-`: publish a file or a stream of events (contract, section 8)."""

import errno
import gc
import io
import os
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from orders.models import FeedClock
from orders.publishing.endings import Kept, refusals, what_is_left, why_it_ended
from orders.publishing.ingest import BATCH_SIZE, Summary, publish
from orders.publishing.ndjson import read_lines
from orders.publishing.progress import Bar, counts
from orders.publishing.rejects import RejectFile
from orders.publishing.sources import Source, Stopped, stopped_by_signals
from orders.publishing.stream import MAX_WAIT_SECONDS

MAX_BATCH_SIZE = 100_000
DATABASE_TIMEOUT = 60
"""Seconds: a restart or a failover takes less."""
MAX_DATABASE_TIMEOUT = 7 * 24 * 3600
BUFFER_BYTES = 256 * 1024


class Command(BaseCommand):
    help = "Publish events: NDJSON, plain or gzip, from a file or a stream. Running it again is harmless."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE|-", help="the file; - is standard input")
        parser.add_argument(
            "--rejects",
            metavar="FILE",
            help="where refused lines are added (default: a new file in this folder)",
        )
        parser.add_argument(
            "--batch-size",
            type=int,
            default=BATCH_SIZE,
            metavar="N",
            help="most lines of a transaction",
        )
        parser.add_argument(
            "--database-timeout",
            type=int,
            default=DATABASE_TIMEOUT,
            metavar="SECONDS",
            help="how long to wait for a database that goes away meanwhile",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _check("--batch-size", options["batch_size"], 1, MAX_BATCH_SIZE)
        _check("--database-timeout", options["database_timeout"], 0, MAX_DATABASE_TIMEOUT)
        gc.freeze()  # what is loaded by now stays: looking through it over and over took a tenth of the time
        started = time.monotonic()
        with (
            _open(options["file"]) as source,
            self._open_rejects(options["rejects"], options["file"], source) as rejects,
            Bar(source) as bar,
        ):
            ending, status = self._publish(source, bar, rejects, options)
        printed = counts(bar.summary, time.monotonic() - started)
        try:
            self.stdout.write(printed)
            self.stdout.flush()
        except OSError as error:
            ending = [*ending, f"Standard output does not take the summary, {error.strerror}: {printed}."]
        sentences = [*refusals(bar.summary.rejected, rejects), *ending]
        if sentences:
            raise CommandError(" ".join(sentences), returncode=status)

    def _publish(
        self, source: Source, bar: Bar, rejects: RejectFile, options: dict[str, Any]
    ) -> tuple[list[str], int]:
        """Publish all that comes; return what ended it early, in sentences, and the exit status."""
        lines = Kept(read_lines(cast(BinaryIO, io.BufferedReader(source, BUFFER_BYTES))))

        def show(so_far: Summary) -> None:
            lines.drop(so_far.total)
            bar.show(so_far)

        with stopped_by_signals(source) as signals:
            try:
                FeedClock.newest()
                publish(
                    lines,
                    batch_size=options["batch_size"],
                    max_wait=MAX_WAIT_SECONDS if source.size is None else None,
                    database_timeout=options["database_timeout"],
                    on_rejected=rejects.write,
                    on_progress=show,
                )
            except (Stopped, KeyboardInterrupt, FeedClock.DoesNotExist, Error, OSError) as error:
                source.stop()
                why, status = why_it_ended(error, options["file"], signals)
                return [why, *what_is_left(bar.summary.total, lines, source, rejects)], status
        return [], 1

    def _open_rejects(self, path: str | None, name: str, source: Source) -> RejectFile:
        """Raises CommandError, before anything is read."""
        say = self.stderr.write
        try:
            rejects = (
                RejectFile.at(Path(path), say)
                if path
                else RejectFile.beside("stdin" if name == "-" else name, say)
            )
        except OSError as error:
            raise CommandError(
                f"The reject file {path or 'in this folder'} cannot be written: {error.strerror}."
                " Name another one with --rejects."
            ) from None
        if source.size is not None and rejects.is_same_as(source.fileno()):
            raise CommandError(f"--rejects {path} is the input. Name another file.")
        return rejects


def _check(option: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise CommandError(f"{option} must be {lowest} to {highest}.")


def _open(name: str) -> Source:
    if name == "-":
        if sys.stdin is None:
            raise CommandError("Standard input is closed.")
        return Source(sys.stdin.fileno(), close=False)
    try:
        if Path(name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        return Source(os.open(name, os.O_RDONLY), close=True)
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
