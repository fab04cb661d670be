"""What is counted of each batch that was published."""

from collections.abc import Mapping

from stores import metrics, minutes


def count_batch(outcomes: Mapping[str, int], seconds: float) -> None:
    """Count the lines of a batch by their outcome, and how long it took."""
    for outcome, lines in outcomes.items():
        if lines:
            metrics.events.add(outcome, amount=lines)
            minutes.count(f"events.{outcome}", lines)
    metrics.batch_duration.observe(seconds)
