"""What is counted of each delivery that was tried, whatever carried it."""

from datetime import datetime

from delivery.outcome import Kind
from stores import metrics


def count_delivery(mechanism: str, kind: Kind, changed_time: datetime, now: datetime) -> None:
    """Count what came of it; of one that was taken also how long after its newest change."""
    metrics.deliveries.add(mechanism, kind.lower())
    if kind is Kind.DELIVERED:
        metrics.commit_to_receiver.observe((now - changed_time).total_seconds(), mechanism)
