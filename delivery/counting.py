"""What is counted of each delivery that was tried, whatever carried it."""

from datetime import datetime

from delivery.outcome import Kind
from stores import metrics, minutes


def count_delivery(mechanism: str, kind: Kind, changed_time: datetime, now: datetime) -> None:
    """Count what came of it, for Prometheus and by the minute; of one that was taken also its delay."""
    outcome = kind.lower()
    metrics.deliveries.add(mechanism, outcome)
    minutes.count(f"deliveries.{mechanism}.{outcome}")
    if kind is Kind.DELIVERED:
        metrics.commit_to_receiver.observe((now - changed_time).total_seconds(), mechanism)
