"""Erasing an order that is gone from the feed: from what is held, tried and kept of it (contract, section 9).

Whoever runs it again, as after it was killed, erases what is left.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from delivery.changes import touch
from delivery.engine.clocks import database_now
from delivery.erased_batches import erase_from_batches
from delivery.models import FILE_MECHANISMS, Attempt, DeliverProcess, HeldOrder, Subscription
from orders.models import FeedHead
from stores.waits import allow_long_waits

UNDER_WAY_SECONDS = 20
"""In which a delivery that was under way has ended, and what came of it is saved."""
BATCH = 20_000
"""Attempts that are looked through by one statement."""


@dataclass
class Erased:
    """How many held orders and attempts were removed, how many files, and how many were emptied."""

    held: int = 0
    attempts: int = 0
    removed: int = 0
    emptied: int = 0

    @property
    def is_nothing(self) -> bool:
        return not (self.held or self.attempts or self.removed or self.emptied)


def erase(
    *,
    channel_id: str,
    order_id: str,
    partner_id: str | None,
    updated_time: datetime | None,
    on_progress: Callable[[int], None] = lambda files: None,
) -> Erased:
    """Erase an order that was removed. Partner and last change are None where it was removed before.

    Files are told by what is in them, so all that are kept for its channel and for any partner are read. This
    takes 20 seconds more where a `deliver` runs: a delivery that is under way is noted when it ends.
    """
    _begin_anew(channel_id, partner_id)
    erased = Erased()
    _remove_rows(erased, channel_id, order_id)
    erased.removed, erased.emptied = erase_from_batches(channel_id, order_id, updated_time, on_progress)
    if DeliverProcess.objects.filter(until__gt=database_now()).exists():
        time.sleep(UNDER_WAY_SECONDS)
        _remove_rows(erased, channel_id, order_id)
    return erased


def _begin_anew(channel_id: str, partner_id: str | None) -> None:
    """Have deliverers forget what they have read of the feed, and cut again what they are cutting.

    Webhooks that have sent all there is have nothing in memory. The others are sent again what was accepted
    beyond their positions.
    """
    partners = Q(kind="partner") if partner_id is None else Q(kind="partner", identifier=partner_id)
    rows = Subscription.objects.filter(partners | Q(kind="channel", identifier=channel_id), deleted=False)
    head = FeedHead.objects.filter(
        kind=OuterRef("kind"), identifier=OuterRef("identifier"), updated_time__gt=OuterRef("position")
    )
    for pk in rows.filter(Q(mechanism__in=FILE_MECHANISMS) | Exists(head)).values_list("pk", flat=True):
        with transaction.atomic():
            row = Subscription.objects.select_for_update().filter(pk=pk).first()
            if row:
                row.generation += 0 if row.sends_files else 1
                touch(row)
                row.save(update_fields=["generation", "change_number"])


def _remove_rows(erased: Erased, channel_id: str, order_id: str) -> None:
    """No index tells the rows of an order, so all are looked through, some at a time."""
    with transaction.atomic():
        allow_long_waits()
        erased.held += HeldOrder.objects.filter(channel_id=channel_id, order_id=order_id).delete()[0]
    for first in _starts():
        with transaction.atomic():
            allow_long_waits()
            some = Attempt.objects.filter(pk__gte=first, pk__lt=first + BATCH)
            erased.attempts += some.filter(channel_id=channel_id, order_id=order_id).delete()[0]


def _starts() -> Iterator[int]:
    first = Attempt.objects.order_by("pk").values_list("pk", flat=True).first()
    newest: int | None = Attempt.objects.aggregate(newest=Max("pk"))["newest"]
    if first is not None and newest is not None:
        yield from range(first, newest + 1, BATCH)
