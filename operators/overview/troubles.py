"""Subscriptions that do not get everything, and why."""

from collections.abc import Mapping

from django.db.models import Q

from delivery.mail.agreeing import STOPPED
from delivery.models import Subscription
from delivery.registration.explaining import why
from delivery.registration.representation import state_of
from operators.overview.findings import Trouble

SHOWN = 10


def troubles(held: Mapping[int, int]) -> list[Trouble]:
    """Ten: those that were disabled, then those that fail, then those with orders held. 21 queries at most.

    `held` is how many orders are held, by primary key.
    """
    is_disabled = ~Q(disabled_reason="") & ~Q(disabled_reason=STOPPED)
    rows = Subscription.objects.filter(is_disabled | Q(failures__gt=0) | Q(pk__in=held), deleted=False)
    rows = rows.annotate(is_disabled=is_disabled).order_by("-is_disabled", "-failures", "pk")
    return [_trouble(row, held.get(row.pk, 0)) for row in rows.select_related("caller")[:SHOWN]]


def _trouble(row: Subscription, held: int) -> Trouble:
    return Trouble(
        subscription_id=row.public_id,
        pk=row.pk,
        caller=row.caller.username,
        caller_id=row.caller_id,
        kind=row.kind,
        identifier=row.identifier,
        mechanism=row.mechanism,
        state=state_of(row),
        held_orders=held,
        reason=why(row, held=held),
    )
