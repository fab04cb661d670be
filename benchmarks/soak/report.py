"""What the soak has shown: a table, and what is wrong with it."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.soak.callers import Heard
from benchmarks.soak.watch import Sample

GROWTH = 1.05
"""Memory is flat when the last fifth of the time holds no more than this times the second fifth."""


@dataclass
class Report:
    """Samples with the seconds since the beginning; `most` are the connections that there may be."""

    heard: Heard
    most_postgresql: int
    most_redis: int
    samples: list[tuple[float, Sample]] = field(default_factory=list)
    left: Sample | None = None
    """Taken when all callers are gone."""

    def text(self) -> str:
        """Two Markdown tables, over time and of the answers, and what was published."""
        return "\n".join([*self._over_time(), "", *self._answers(), "", self._events()])

    def problems(self) -> Iterator[str]:
        """A sentence for each thing that should not be."""
        yield from self.heard.wrong[:20]
        if not self.heard.published:
            yield "Nothing was published."
        early, late = self._fifth(1), self._fifth(4)
        if late > GROWTH * early:
            yield f"Memory grew from {early:.0f} to {late:.0f} MB."
        for seconds, sample in self.samples:
            if max(sample.primary, sample.standby) > self.most_postgresql or sample.redis > self.most_redis:
                yield f"More connections after {seconds:.0f} s than there can be: {sample}."
        first = self.samples[len(self.samples) // 5][1].files
        if self.left and self.left.files > first:
            yield f"{self.left.files} files are open in the end; {first} were at work."

    def _events(self) -> str:
        return f"{self.heard.published} events were published."

    def _fifth(self, number: int) -> float:
        size, first = max(1, len(self.samples) // 5), number * len(self.samples) // 5
        return statistics.median(sample.megabytes for _, sample in self.samples[first : first + size])

    def _over_time(self) -> Iterator[str]:
        yield "| minute | memory of the workers, MB | open files | connections: primary | standby | Redis |"
        yield "|---|---|---|---|---|---|"
        step = max(1, len(self.samples) // 10)
        for seconds, sample in self.samples[::step]:
            yield self._row(f"{seconds / 60:.1f}", sample)
        if self.left:
            yield self._row("callers gone", self.left)

    def _row(self, when: str, sample: Sample) -> str:
        figures = (sample.files, sample.primary, sample.standby, sample.redis)
        return f"| {when} | {sample.megabytes:.1f} | {' | '.join(map(str, figures))} |"

    def _answers(self) -> Iterator[str]:
        yield "| caller | answers | median, ms | 99 in 100 below, ms |"
        yield "|---|---|---|---|"
        for name, seconds in self.heard.seconds.items():
            ordered = sorted(seconds)
            counts = ", ".join(
                f"{status}: {count}"
                for (whose, status), count in sorted(self.heard.statuses.items())
                if whose == name
            )
            low, high = (1000 * ordered[int(len(ordered) * part)] for part in (0.5, 0.99))
            yield f"| {name} | {counts} | {low:.1f} | {high:.1f} |"
