"""The charts of the overview: what is published and polled, over the last hour and the last day."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import NamedTuple

from django.utils.safestring import SafeString

from operators.charts import Chart, Part, draw
from operators.overview.findings import Minutes
from operators.overview.polling_figures import OUTCOME_WORDS
from operators.overview.traffic import DAY, EVENTS, MINUTE, POLLS, counts

QUARTER = 15
DAY_SECONDS = 60
"""For how long the counts of the day are remembered, as they are 1,440 notes."""

Layers = Sequence[tuple[str, str, Sequence[str]]]
CHANGES: Layers = (
    ("changes", "part-1", [EVENTS[outcome] for outcome in ("published", "revised", "deleted")]),
    ("unchanged", "part-2", [EVENTS["unchanged"]]),
    ("rejected", "part-5", [EVENTS["rejected"]]),
)
POLLED: Layers = [
    (OUTCOME_WORDS[outcome], f"part-{number}", [name])
    for number, (outcome, name) in enumerate(POLLS.items(), start=1)
]
"""What lies on top of one another: the words, the look, and the counts that are added up."""


class Drawn(NamedTuple):
    """A chart, and its legend: the look, the words and the sum of each part."""

    title: str
    picture: SafeString
    legend: list[tuple[str, str, str]]


@dataclass
class Day:
    """The counts of the last day, as they were less than a minute ago."""

    read_time: float = float("-inf")
    found: Minutes | None = None

    def __post_init__(self) -> None:
        self._reading = Lock()

    def counts(self) -> Minutes:
        """By one thread at a time. Raises Away."""
        with self._reading:
            if self.found is None or time.monotonic() - self.read_time > DAY_SECONDS:
                self.found, self.read_time = counts(DAY), time.monotonic()
            return self.found

    def forget(self) -> None:
        """Read again when asked next."""
        self.found = None


day = Day()


def charts(hour: Minutes) -> Iterator[Drawn]:
    """Four, of which those of the hour are made from these counts. Raises Away."""
    whole_day = day.counts()
    for key, title, unit, layers in (
        ("events", "Events a minute", "events a minute", CHANGES),
        ("polls", "Polls a minute", "polls a minute", POLLED),
    ):
        yield _drawn(f"{key}-hour", f"{title}, the last hour", unit, layers, hour, 1)
        yield _drawn(f"{key}-day", f"{title}, the last day", unit, layers, whole_day, QUARTER)


def _drawn(key: str, title: str, unit: str, layers: Layers, found: Minutes, minutes: int) -> Drawn:
    """Bars of so many minutes, of which the last is the one before that which is not over."""
    sums = {words: _added(found, names) for words, _, names in layers}
    parts = [Part(words, look, _bars(sums[words], minutes)) for words, look, _ in layers]
    since = next(iter(found.values()))[-1][0] - MINUTE * minutes * len(parts[0].values)
    chart = Chart(key, title, unit, since, timedelta(minutes=minutes), parts)
    return Drawn(title, draw(chart), [(look, words, f"{sum(sums[words]):,}") for words, look, _ in layers])


def _added(found: Minutes, names: Sequence[str]) -> list[int]:
    """The sum of these in each minute that is over."""
    columns = ([count for _, count in found[name][:-1]] for name in names)
    return [sum(minute) for minute in zip(*columns, strict=True)]


def _bars(values: list[int], minutes: int) -> list[float]:
    """The average of each bar; the first is left out where it is not whole."""
    whole = values[len(values) % minutes :]
    return [sum(whole[at : at + minutes]) / minutes for at in range(0, len(whole), minutes)]
