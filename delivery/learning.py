"""What an attempt found out about a receiver, and what is kept in the settings of its mechanism."""

from typing import Any

from delivery.models import Subscription


def learn(row: Subscription, learned: dict[str, Any]) -> None:
    """Keep it, unless the subscription was changed since `row` was read, or knows it by now.

    A test and a delivery may meet a server at once, and only the first host key is pinned. Call it in a
    transaction.
    """
    if not learned:
        return
    unchanged = Subscription.objects.filter(pk=row.pk, change_number=row.change_number)
    known = unchanged.select_for_update().values_list("settings", flat=True).first()
    if known is not None:
        new = {name: value for name, value in learned.items() if known.get(name) is None}
        unchanged.update(settings=known | new)
