"""What operators do with any subscription, by the verbs of its caller. The limits of callers do not count."""

from collections.abc import Callable

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction

from delivery.models import Attempt, Subscription
from delivery.registration import trying
from delivery.registration.explaining import REASONS, is_granted
from delivery.registration.refusals import NotConfirmed, OtherTestUnderWay
from wire.refusals import Refusal


class SubscriptionRefused(ValueError):
    """The message says what is wrong, and what to do."""


def found(public_id: str, *, lock: bool = False) -> Subscription:
    """The subscription with its caller. Raises SubscriptionRefused where there is none, or a deleted one."""
    rows = Subscription.objects.filter(public_id=public_id, deleted=False).select_related("caller")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first() if public_id.isalnum() else None
    if row is None:
        raise SubscriptionRefused(f"There is no subscription {public_id}; list_subscriptions shows all.")
    return row


@transaction.atomic
def act(public_id: str, verb: Callable[[Subscription], object]) -> Subscription:
    """Do something to it, locked. Raises SubscriptionRefused; nothing has changed then."""
    row = found(public_id, lock=True)
    try:
        verb(row)
    except Refusal as refusal:
        raise SubscriptionRefused(sentence(refusal)) from None
    return row


def tried(public_id: str) -> tuple[bool, Attempt]:
    """Deliver one example: whether it was delivered, and the attempt. Raises SubscriptionRefused.

    Takes 10 seconds at most. It talks to the receiver, so call it in no transaction.
    """
    row = found(public_id)
    if not is_granted(row):
        raise SubscriptionRefused(f"Nothing is sent, not even an example. {REASONS['NOT_GRANTED']}")
    if not settings.DELIVERY_KEYS:
        raise SubscriptionRefused("DELIVERY_KEYS is missing: without it no secret can be read.")
    if not row.confirmed:
        raise SubscriptionRefused(NotConfirmed.default_detail)
    try:
        with trying.one_at_a_time():
            return trying.tried(row)
    except OtherTestUnderWay:
        raise SubscriptionRefused("Another test is under way here. Try again in 10 seconds.") from None
    except Refusal as refusal:
        raise SubscriptionRefused(sentence(refusal)) from None
    except InvalidToken:
        raise SubscriptionRefused("No key of DELIVERY_KEYS reads its secrets.") from None


def sentence(refusal: Refusal) -> str:
    """What a refusal says, in one line."""
    errors = "; ".join(f"{error.parameter} {error.detail}" for error in refusal.errors)
    return errors or str(refusal.detail)
