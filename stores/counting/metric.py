"""Counting for Prometheus in this process, by prometheus_client in its multiprocess mode.

The library is loaded, and the files of this process are made, when something is first counted, so that a
short command pays nothing. Where files cannot be made, one line of the log says so, and nothing is counted.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar, Literal

from django.conf import settings

from stores.counting.mine import Mine

logger = logging.getLogger(__name__)

Values = tuple[str, ...]


class Nothing:
    """Counts nothing, in place of a metric of the library."""

    def inc(self, amount: float) -> None: ...

    set = observe = inc


class Metric:
    """A metric, and what this process has counted of it. Counting raises nothing.

    `known` are values of its labels that are shown as 0 from the beginning, because Prometheus sees no
    increase from nothing to one. A metric without labels is always shown.
    """

    kind: ClassVar[Literal["Counter", "Histogram", "Gauge"]]
    all: ClassVar[list["Metric"]] = []

    def __init__(
        self, name: str, words: str, *labels: str, known: Sequence[Values] = (), **options: Any
    ) -> None:
        self.name, self.words, self.labels, self.options = name, words, labels, options
        self.known = known if labels else [()]
        self.children: dict[Values, Any] = {}
        self.all.append(self)

    def child(self, values: Values) -> Any:
        """What counts for these values of the labels. Raises OSError."""
        return self.children.get(values) or counting.child(self, values)


class Counter(Metric):
    """Only grows. Its name ends with `_total` on the wire."""

    kind = "Counter"

    def add(self, *values: str, amount: float = 1) -> None:
        try:
            self.child(values).inc(amount)
        except OSError as error:
            counting.end(error)


class Histogram(Metric):
    """How often something took how many seconds."""

    kind = "Histogram"

    def observe(self, seconds: float, *values: str) -> None:
        try:
            self.child(values).observe(max(seconds, 0.0))
        except OSError as error:
            counting.end(error)


class Gauge(Metric):
    """A number that goes up and down. What is shown is the sum over the processes that are alive."""

    kind = "Gauge"

    def __init__(self, name: str, words: str, *labels: str) -> None:
        super().__init__(name, words, *labels, multiprocess_mode="livesum")

    def set(self, number: float, *values: str) -> None:
        try:
            self.child(values).set(number)
        except OSError as error:
            counting.end(error)


class Counting:
    """All metrics of this process, as the library has them; none before `begin`, and where that failed."""

    def __init__(self) -> None:
        self._beginning = RLock()
        self._made: dict[str, Any] | None = None

    def begin(self) -> None:
        """Make the files of this process, unless they are there, and show what is known as 0."""
        with self._beginning:
            if self._made is None:
                self._made = {}
                try:
                    self._made = _load(Path(settings.METRICS_DIR)) if settings.METRICS_DIR else {}
                    for metric in Metric.all:
                        for values in metric.known:
                            metric.child(values)
                except OSError as error:
                    self.end(error)

    def end(self, error: OSError) -> None:
        """Count nothing from now on, and log why."""
        with self._beginning:
            logger.error("metrics are not counted: METRICS_DIR: %s", error.strerror)
            self._made = {}
            for metric in Metric.all:
                metric.children = dict.fromkeys(metric.children, Nothing())

    def child(self, metric: Metric, values: Values) -> Any:
        """A child of a metric that is used for the first time. Raises OSError."""
        with self._beginning:
            self.begin()
            made = (self._made or {}).get(metric.name)
            child = Nothing() if made is None else made.labels(*values) if values else made
            return metric.children.setdefault(values, child)


counting = Counting()


def _load(folder: Path) -> dict[str, Any]:
    """Load the library, and make all metrics, by name. Raises OSError.

    The library takes the folder from the environment, and nothing else; this is the only place that sets it.
    """
    mine = Mine(folder)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    import prometheus_client  # noqa: PLC0415 - it takes 30 ms
    from prometheus_client import values  # noqa: PLC0415 - as above

    values.ValueClass = values.MultiProcessValue(mine.name)
    return {
        metric.name: getattr(prometheus_client, metric.kind)(
            metric.name, metric.words, metric.labels, registry=None, **metric.options
        )
        for metric in Metric.all
    }
