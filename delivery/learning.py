"""What an attempt found out about a receiver, and what is kept in the settings of its mechanism."""

from typing import Any

from delivery.models import Subscription


def learn(row: Subscription, learned: dict[str, Any]) -> None:
    """Keep it, unless the subscription was changed since `row` was read."""
    if learned:
        unchanged = Subscription.objects.filter(pk=row.pk, change_number=row.change_number)
        unchanged.update(settings=row.settings | learned)
