"""Saving what has come of many subscriptions at once: one UPDATE, refused row by row where the lease is lost.

The one place of the room where PostgreSQL and SQLite are treated differently.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from delivery.engine.holding import Held
from delivery.engine.track import Key
from delivery.models import Attempt, HeldOrder, ShardLease, Subscription

TYPES = {
    "pk": "bigint",
    "shard": "smallint",
    "fence": "bigint",
    "generation": "integer",
    "position": "timestamptz",
    "concurrency": "smallint",
    "failures": "integer",
    "failing_since_time": "timestamptz",
    "last_success_time": "timestamptz",
    "next_attempt_time": "timestamptz",
    "disabled_reason": "text",
}
"""The columns of Progress, as PostgreSQL calls their types."""
COLUMNS = list(TYPES)[4:]


@dataclass(frozen=True)
class Progress:
    """How far a subscription has come, and under which lease and generation that was found out."""

    pk: int
    shard: int
    fence: int
    generation: int
    position: datetime
    concurrency: int
    failures: int
    failing_since_time: datetime | None
    last_success_time: datetime | None
    next_attempt_time: datetime | None
    disabled_reason: str


@dataclass(frozen=True)
class Changes:
    """All that changed of a subscription: progress, attempts, held orders; None where one is held no more."""

    progress: Progress
    attempts: list[dict[str, Any]]
    held: dict[Key, Held | None]


def save(owner: str, changes: Sequence[Changes]) -> set[int]:
    """Save, in one transaction. The primary keys that were saved: the others are another's, or began anew.

    Attempts are written whatever came of the lease, because they happened. A reason to be disabled makes the
    subscription inactive.
    """
    progress = [change.progress for change in changes]
    with transaction.atomic():
        if connection.vendor == "postgresql":
            saved = _save_by_arrays(owner, progress)
        else:
            saved = {row.pk for row in progress if _save_one(owner, row)}
        for change in changes:
            if change.held and change.progress.pk in saved:
                _save_held(change.progress.pk, change.held)
        Attempt.objects.bulk_create(Attempt(**attempt) for change in changes for attempt in change.attempts)
    return saved


def _save_held(pk: int, held: dict[Key, Held | None]) -> None:
    gone = [key for key, order in held.items() if order is None]
    for channel_id, order_id in gone:
        HeldOrder.objects.filter(subscription=pk, channel_id=channel_id, order_id=order_id).delete()
    rows = [_held_row(pk, key, order) for key, order in held.items() if order]
    HeldOrder.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["subscription", "channel_id", "order_id"],
        update_fields=[
            "updated_time",
            "tries",
            "status",
            "detail",
            "held_time",
            "next_attempt_time",
            "given_up",
        ],
    )


def _save_by_arrays(owner: str, progress: Sequence[Progress]) -> set[int]:
    arrays = [list(column) for column in zip(*map(astuple, progress), strict=True)]
    values = ", ".join(f"%s::{kind}[]" for kind in TYPES.values())
    changes = ", ".join(f"{name} = n.{name}" for name in COLUMNS)
    sql = f"""
        UPDATE delivery_subscription AS s SET {changes}, active = s.active AND n.disabled_reason = ''
        FROM unnest({values}) AS n({", ".join(TYPES)})
        JOIN delivery_shardlease AS l ON l.number = n.shard AND l.fence = n.fence AND l.owner = %s
        WHERE s.id = n.pk AND s.generation = n.generation
        RETURNING s.id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*arrays, owner])
        return {pk for (pk,) in cursor.fetchall()}


def _save_one(owner: str, row: Progress) -> bool:
    if not ShardLease.objects.filter(number=row.shard, fence=row.fence, owner=owner).exists():
        return False
    found = Subscription.objects.filter(pk=row.pk, generation=row.generation)
    changes = {name: getattr(row, name) for name in COLUMNS}
    return bool(found.update(**changes | ({"active": False} if row.disabled_reason else {})))


def _held_row(pk: int, key: Key, order: Held) -> HeldOrder:
    return HeldOrder(
        subscription_id=pk,
        channel_id=key[0],
        order_id=key[1],
        updated_time=order.updated_time,
        tries=order.tries,
        status=order.status,
        detail=order.detail[:200],
        held_time=order.since,
        next_attempt_time=order.next_time,
        given_up=order.next_time is None,
    )
