"""Freezing a batch: number, bytes and position in one transaction, before it is first sent."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from delivery.files.cutting import Cut
from delivery.files.naming import name_of
from delivery.files.schedule import next_slot
from delivery.models import Batch, BatchPart, ShardLease, Subscription

MAIL_COMPRESSED_FROM = 1_000_000
"""Bytes of a file above which a mail carries it compressed."""


@dataclass(frozen=True)
class Lease:
    """Under which a subscription is served: what is saved names it, and is refused when it is lost."""

    owner: str
    shard: int
    fence: int

    def is_held(self) -> bool:
        """Whether it is, locked until the end of the transaction, so that nobody takes it over meanwhile."""
        held = ShardLease.objects.select_for_update().filter(number=self.shard)
        return held.filter(owner=self.owner, fence=self.fence).exists()


def freeze(row: Subscription, lease: Lease, cut: Cut, now: datetime) -> Batch | None:
    """The batch, or None where nothing is to be sent, or where lease or terms are not what they were.

    The position moves in either case but the last. What is left of the window is due at once.
    """
    with transaction.atomic():
        if not lease.is_held():
            return None
        found = Subscription.objects.filter(
            pk=row.pk, change_number=row.change_number, position=row.position, active=True, deleted=False
        )
        due = now if cut.has_more else next_slot(row.settings["schedule"], now)
        since = row.window_time or cut.since
        is_sent = cut.orders > 0 or row.settings["whenEmpty"] == "heartbeat"
        window_time = None if is_sent else since
        if not found.update(position=cut.until, due_time=due, window_time=window_time) or not is_sent:
            return None
        batch = _batch(row, cut, since, now)
        batch.save()
        for number, content in enumerate(cut.draft.parts()):
            BatchPart.objects.create(batch=batch, number=number, content=content)
        return batch


def _batch(row: Subscription, cut: Cut, since: datetime, now: datetime) -> Batch:
    newest = row.batches.order_by("-number").first()
    number = newest.number + 1 if newest else 1
    is_mailed_large = row.mechanism == "email" and cut.draft.size > MAIL_COMPRESSED_FROM
    is_compressed = row.settings["compress"] or is_mailed_large
    return Batch(
        subscription=row,
        number=number,
        name=name_of(row, number, now, is_compressed=is_compressed),
        since=since,
        until=cut.until,
        orders=cut.orders,
        rows=cut.rows,
        size=cut.draft.compressed_size if is_compressed else cut.draft.size,
        sha256=cut.draft.sha256(is_compressed=is_compressed),
        previous_sha256=newest.sha256 if newest else "",
        statuses=dict(cut.statuses),
        replayed=newest is not None and since < newest.until,
        made_time=now,
    )
