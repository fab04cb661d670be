"""Gauges of the library, from what a question found."""

from collections.abc import Mapping

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily


def gauge(name: str, words: str, number: float) -> Metric:
    """One number."""
    return GaugeMetricFamily(name, words, value=number)


def gauges(name: str, words: str, labels: tuple[str, ...], found: Mapping[tuple[str, ...], float]) -> Metric:
    """A number for each combination of values of the labels."""
    family = GaugeMetricFamily(name, words, labels=labels)
    for values, number in found.items():
        family.add_metric(values, number)
    return family
