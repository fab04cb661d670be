"""Changes of a subscription that a deliverer must notice within a second."""

from delivery.models import Subscription, SubscriptionClock


def touch(subscription: Subscription) -> None:
    """Give the changed row its number. Call it in the transaction that saves the row, as late as possible."""
    subscription.change_number = SubscriptionClock.advance()
