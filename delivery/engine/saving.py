"""Saving what has come of many subscriptions at once: one UPDATE, refused row by row where the lease is lost.

This and delivery.engine.saving_attempts are where the room treats PostgreSQL and SQLite differently.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection, transaction

from delivery.engine.holding import Held
from delivery.engine.saving_attempts import save_attempts
from delivery.engine.saving_held import save_held
from delivery.engine.track import Key
from delivery.models import ShardLease, Subscription
from stores.waits import allow_no_idling

TYPES = {
    "pk": "bigint",
    "shard": "smallint",
    "fence": "bigint",
    "generation": "integer",
    "change_number": "bigint",
    "position": "timestamptz",
    "ahead": "text",
    "last_success_time": "timestamptz",
    "concurrency": "smallint",
    "failures": "integer",
    "paced": "smallint",
    "failing_since_time": "timestamptz",
    "next_attempt_time": "timestamptz",
    "disabled_reason": "text",
}
"""The columns of Progress, as PostgreSQL calls their types."""
POSITION, PACE = list(TYPES)[5:8], list(TYPES)[8:]
"""How far it has come; and how it goes on, which a change of the subscription sets anew: `change_number`."""


@dataclass(frozen=True)
class Progress:
    """How far a subscription has come, and under which lease and generation that was found out."""

    pk: int
    shard: int
    fence: int
    generation: int
    change_number: int
    position: datetime
    ahead: str
    last_success_time: datetime | None
    concurrency: int
    failures: int
    paced: int
    failing_since_time: datetime | None
    next_attempt_time: datetime | None
    disabled_reason: str


@dataclass(frozen=True)
class Changes:
    """All that changed of a subscription: progress, attempts, held orders; None where one is held no more."""

    progress: Progress
    attempts: list[dict[str, Any]]
    held: dict[Key, Held | None]


@dataclass(frozen=True)
class Saved:
    """Which were saved, and of which nothing was, as somebody changes them. Others are not ours any more."""

    done: set[int]
    busy: set[int]


def save(owner: str, changes: Sequence[Changes]) -> Saved:
    """Save, in one transaction, waiting for nobody who changes a subscription.

    Attempts are written whatever came of the lease, because they happened. A reason to be disabled makes the
    subscription inactive. A pace that was found out before the subscription was changed is not saved.
    """
    progress = [change.progress for change in changes]
    with transaction.atomic():
        if connection.vendor == "postgresql":
            saved, free = _save_by_arrays(owner, progress)
        else:
            saved = {row.pk for row in progress if _save_one(owner, row)}
            free = saved | _existing({row.pk for row in progress} - saved)
        for change in changes:
            if change.held and change.progress.pk in saved:
                save_held(change.progress.pk, change.held)
        attempts = [change.attempts for change in changes if change.progress.pk in free]
        save_attempts(list(chain.from_iterable(attempts)))
        return Saved(saved, _existing({row.pk for row in progress} - free))


def _existing(pks: set[int]) -> set[int]:
    """Those that are not deleted for good."""
    return set(Subscription.objects.filter(pk__in=pks).values_list("pk", flat=True)) if pks else set()


def _save_by_arrays(owner: str, progress: Sequence[Progress]) -> tuple[set[int], set[int]]:
    """Those that were saved, of those that nobody else had locked.

    The leases stay locked until commit, so that nobody takes one over while this is saved.

    A position later than the feed's clock was found out on a server that a failover has lost: it is refused.
    """
    allow_no_idling()
    arrays = [list(column) for column in zip(*map(astuple, progress), strict=True)]
    values = ", ".join(f"%s::{kind}[]" for kind in TYPES.values())
    position = ", ".join(f"{name} = n.{name}" for name in POSITION)
    is_told = "s.change_number = n.change_number"
    pace = ", ".join(f"{name} = CASE WHEN {is_told} THEN n.{name} ELSE s.{name} END" for name in PACE)
    sql = f"""
        WITH l AS MATERIALIZED (
            SELECT number, fence FROM delivery_shardlease WHERE owner = %s AND number = ANY(%s) FOR SHARE
        ), free AS MATERIALIZED (
            SELECT id FROM delivery_subscription WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED
        ), saved AS (
        UPDATE delivery_subscription AS s
        SET {position}, {pace}, active = s.active AND (n.disabled_reason = '' OR NOT {is_told})
        FROM unnest({values}) AS n({", ".join(TYPES)}) JOIN l ON l.number = n.shard AND l.fence = n.fence
            JOIN free ON free.id = n.pk
        WHERE s.id = n.pk AND s.generation = n.generation
            AND n.position <= (SELECT last_time FROM orders_feedclock)
        RETURNING s.id)
        SELECT free.id, saved.id IS NOT NULL FROM free LEFT JOIN saved ON saved.id = free.id"""
    with connection.cursor() as cursor:
        pks, shards = [row.pk for row in progress], sorted({row.shard for row in progress})
        cursor.execute(sql, [owner, shards, pks, *arrays])
        found = cursor.fetchall()
    return {pk for pk, is_saved in found if is_saved}, {pk for pk, _ in found}


def _save_one(owner: str, row: Progress) -> bool:
    if not ShardLease.objects.filter(number=row.shard, fence=row.fence, owner=owner).exists():
        return False
    found = Subscription.objects.filter(pk=row.pk, generation=row.generation)
    if not found.update(**{name: getattr(row, name) for name in POSITION}):
        return False
    changes = {name: getattr(row, name) for name in PACE}
    found.filter(change_number=row.change_number).update(
        **changes | ({"active": False} if row.disabled_reason else {})
    )
    return True
