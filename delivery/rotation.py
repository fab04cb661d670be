"""Encrypting what is kept of subscriptions anew, by the first key of DELIVERY_KEYS."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import models, transaction

from delivery.models import Recipient, Subscription
from delivery.secrets import reseal, unseal

BATCH = 500
SEALED: tuple[tuple[type[models.Model], str, str], ...] = (
    (Subscription, "secrets", "public_id"),
    (Recipient, "stop_token", "subscription__public_id"),
)
"""What holds something encrypted, in which column, and which subscription it belongs to."""


class Unreadable(ValueError):
    """The message says which secrets no key can read."""


def reseal_all() -> int:
    """How many subscriptions were encrypted anew, in short transactions.

    Raises Unreadable before it changes any.
    """
    if not settings.DELIVERY_KEYS:
        raise Unreadable("DELIVERY_KEYS is missing.")
    unreadable = sorted({name for sealed in SEALED for name in _unreadable(*sealed)})
    if unreadable:
        shown = ", ".join(unreadable[:10])
        raise Unreadable(f"No key of DELIVERY_KEYS reads the secrets of {len(unreadable)}, such as {shown}.")
    counts = [_reseal_column(model, column) for model, column, _ in SEALED]
    return counts[0]


def _unreadable(model: type[models.Model], column: str, name: str) -> list[str]:
    stored = _all(model, column).values_list(name, column)
    return [public_id for public_id, text in stored.iterator() if _is_lost(text)]


def _reseal_column(model: type[models.Model], column: str) -> int:
    count, last = 0, 0
    while batch := _reseal(model, column, last):
        count, last = count + len(batch), batch[-1]
    return count


def _reseal(model: type[models.Model], column: str, after: int) -> list[int]:
    """The primary keys of the batch after this one."""
    with transaction.atomic():
        rows = list(_all(model, column).filter(pk__gt=after).order_by("pk").select_for_update()[:BATCH])
        for row in rows:
            setattr(row, column, reseal(getattr(row, column)))
        model._default_manager.bulk_update(rows, [column])
    return [row.pk for row in rows]


def _all(model: type[models.Model], column: str) -> "models.QuerySet[Any]":
    return model._default_manager.exclude(**{column: ""})


def _is_lost(text: str) -> bool:
    try:
        unseal(text)
    except InvalidToken:
        return True
    return False
