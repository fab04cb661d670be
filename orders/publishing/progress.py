"""How far an ingest has come, for people."""

import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from orders.publishing.ingest import Summary
from orders.publishing.sources import Source


class Bar:
    """A progress bar on a terminal, by the bytes read of a file; nothing where nobody looks."""

    def __init__(self, source: Source) -> None:
        self.summary = Summary()
        self._source = source
        columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
        self._progress = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
        self._task = self._progress.add_task("reading", total=source.size)

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._progress.stop()

    def show(self, summary: Summary) -> None:
        self.summary = summary
        position = None if self._source.size is None else self._source.bytes_read
        self._progress.update(self._task, completed=position, description=f"{summary.total} events")


def counts(summary: Summary, seconds: float) -> str:
    """The summary at the end."""
    speed = summary.total / max(seconds, 0.001)
    return (
        f"published {summary.published}, revised {summary.revised}, deleted {summary.deleted},"
        f" unchanged {summary.unchanged}, rejected {summary.rejected}"
        f" in {seconds:.1f} s ({speed:.0f} events/s)"
    )
