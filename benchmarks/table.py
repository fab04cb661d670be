"""The one table: what was measured, what was wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load import Speed


@dataclass(frozen=True)
class Figure:
    """One row. `ratio` is what the target is about: ours to theirs, or our number alone."""

    name: str
    ours: str
    theirs: str
    ratio: float | None
    target: float | None = None
    """None for a row that explains others."""
    at_most: bool = False
    unit: str = "times"
    missing: str = ""
    """Why it could not be measured, when it could not."""
    cpu: str = ""
    """Microseconds of CPU a request, ours and theirs, and theirs to ours, as a ratio of rates would be."""
    note: str = ""
    """What a reader should know beside it."""

    def cells(self) -> list[str]:
        """The row, as texts."""
        reached = "-" if self.ratio is None else _number(self.ratio)
        return [self.name, self.ours, self.theirs, reached, self.cpu, self._wanted(), self._verdict()]

    def _wanted(self) -> str:
        if self.target is None:
            return ""
        return f"{'at most' if self.at_most else 'at least'} {_number(self.target)} {self.unit}"

    def _verdict(self) -> str:
        if self.ratio is None:
            return f"not measured: {self.missing}"
        if self.target is None:
            return ""
        is_met = self.ratio <= self.target if self.at_most else self.ratio >= self.target
        return "met" if is_met else "**not met**"


HEADINGS = ["figure", "ours", "theirs", "ratio", "CPU, µs a request", "target", "met?"]


def rates(name: str, ours: Speed, theirs: Speed, target: float | None = None) -> Figure:
    """A figure of answers a second, with the CPU that they cost beside it."""
    cpu = f"{ours.cpu:,.0f} to {theirs.cpu:,.0f}: {_number(theirs.cpu / ours.cpu)}" if theirs.cpu else ""
    ratio = ours.rate / theirs.rate
    return Figure(name, f"{ours.rate:,.0f}/s", f"{theirs.rate:,.0f}/s", ratio, target, cpu=cpu)


def markdown(figures: Sequence[Figure]) -> str:
    """The table in Markdown, aligned, so that it reads as well on a terminal."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return (
        "\n".join(lines)
        + "\n"
        + "".join(f"\n{figure.name}: {figure.note}\n" for figure in figures if figure.note)
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
