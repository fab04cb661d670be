"""Subscriptions that have not come as far as orders were forgotten: a change may be missing (contract, 9)."""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from callers.models import Scope
from delivery.changes import touch
from delivery.models import Attempt, HeldOrder, Subscription
from orders.forgotten import ResyncRequired
from orders.models import Forgotten, SalesOrder
from wire.times import EARLIEST, format_time

RESYNC_REQUIRED = "RESYNC_REQUIRED"
STOPPED = "STOPPED_BY_RECIPIENT"
"""Whoever was stopped by a recipient stays so: nothing is sent to it before that one agrees anew."""
DETAIL = (
    "Changes later than that are not kept any more, so some may be missing. Begin at the beginning (null, or"
    ' a start of "beginning"), or at a later time.'
)
BATCH = 500


def refuse_gap(scope: Scope, position: datetime) -> None:
    """Raises ResyncRequired where a change later than `position` was forgotten. One query."""
    if Forgotten.objects.after(scope, position):
        raise ResyncRequired(DETAIL)


def skip_gap(row: Subscription) -> None:
    """Go on behind what was forgotten, and record that: nothing of the feed is left between. A locked row."""
    mark = Forgotten.objects.after(row.scope, row.position)
    if mark is None:
        return
    before, row.position, row.window_time = row.position, mark, None
    row.generation += 1
    note_skip(row, before, "because these changes were forgotten")


def note_skip(row: Subscription, before: datetime, why: str) -> None:
    """Record that its position went forward from `before`, and nothing between is sent."""
    Attempt.objects.create(
        subscription=row,
        time=datetime.now(UTC),
        updated_time=row.position,
        outcome="SKIPPED",
        detail=f"from {format_time(before.astimezone(UTC))} on {why}",
    )


def disable_behind() -> int:
    """Disable the subscriptions that may have missed a change; how many there were."""
    behind = _behind().exclude(disabled_reason__in=(RESYNC_REQUIRED, STOPPED))
    return sum(_disable(pk) for pk in behind.values_list("pk", flat=True))


def drop_held() -> int:
    """Remove what is held of orders that are gone, some at a time; how many there were."""
    order = SalesOrder.objects.filter(channel_id=OuterRef("channel_id"), order_id=OuterRef("order_id"))
    removed, last = 0, 0
    while pks := list(
        HeldOrder.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        removed += HeldOrder.objects.filter(~Exists(order), pk__in=pks).delete()[0]
        last = pks[-1]
    return removed


def _behind() -> QuerySet[Subscription]:
    mark = Forgotten.objects.filter(
        kind=OuterRef("kind"), identifier=OuterRef("identifier"), updated_time__gt=OuterRef("position")
    )
    return Subscription.objects.filter(Exists(mark), deleted=False, position__gt=EARLIEST)


@transaction.atomic
def _disable(pk: int) -> bool:
    row = Subscription.objects.select_for_update().filter(pk=pk).first()
    if row is None or not _behind().filter(pk=pk).exists():
        return False
    row.active, row.disabled_reason = False, RESYNC_REQUIRED
    touch(row)
    row.save(update_fields=["active", "disabled_reason", "change_number"])
    return True
