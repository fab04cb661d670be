"""Subscriptions for tests of the engine, without HTTP, and orders of the feed without a database."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from callers.models import Caller
from delivery import secrets
from delivery.changes import touch
from delivery.engine.running import Running
from delivery.models import SHARDS, HeldOrder, Subscription
from orders.forms import Row

START = datetime(2026, 11, 24, tzinfo=UTC)


def at(number: int) -> datetime:
    return START + timedelta(microseconds=20 * number)


def row(number: int, order: str, status: str = "NEW") -> Row:
    return Row(at(number), "lazada-th", order, f'{{"orderStatus":"{status}"}}')


def unsaved(**members: Any) -> Subscription:
    """A subscription that is in no database."""
    given: dict[str, Any] = {
        "pk": 1,
        "public_id": "sub0",
        "kind": "channel",
        "identifier": "lazada-th",
        "mechanism": "webhook",
        "settings": {"url": "https://shop.example/hook", "concurrency": 8},
        "secrets": secrets.seal({"secrets": [{"text": "s" * 24}]}),
        "created_time": START,
        "shard": 1,
        "change_number": 1,
        "position": START,
    }
    found = Subscription(**given | members)
    found.is_granted = True  # type: ignore[attr-defined]  # delivery.engine.store.load adds it
    return found


def running(held: list[HeldOrder] | None = None, **members: Any) -> Running:
    """One in memory, under the fence 1."""
    return Running.of(unsaved(**members), held or [], 1, time.monotonic())


def saved(caller: Caller, **members: Any) -> Subscription:
    """One that is stored."""
    found = unsaved(pk=None, caller=caller, shard=0, **members)
    with transaction.atomic():
        found.save()
        found.shard = found.pk % SHARDS
        touch(found)
        found.save()
    return found


def held(number: int, order: str, **members: Any) -> HeldOrder:
    """One that was refused twice, and is due."""
    time = at(number)
    given = {"updated_time": time, "tries": 2, "held_time": time, "next_attempt_time": time} | members
    return HeldOrder(channel_id="lazada-th", order_id=order, **given)
