"""Encrypting the secrets of all subscriptions anew, by the first key of DELIVERY_KEYS."""

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from delivery.models import Subscription
from delivery.secrets import reseal, unseal

BATCH = 500


class Unreadable(ValueError):
    """The message says which secrets no key can read."""


def reseal_all() -> int:
    """How many were encrypted anew, in short transactions. Raises Unreadable before it changes any."""
    if not settings.DELIVERY_KEYS:
        raise Unreadable("DELIVERY_KEYS is missing.")
    stored = _all().values_list("public_id", "secrets")
    unreadable = [name for name, text in stored.iterator() if _is_lost(text)]
    if unreadable:
        shown = ", ".join(unreadable[:10])
        raise Unreadable(f"No key of DELIVERY_KEYS reads the secrets of {len(unreadable)}, such as {shown}.")
    count, last = 0, 0
    while batch := _reseal(last):
        count, last = count + len(batch), batch[-1]
    return count


def _reseal(after: int) -> list[int]:
    """The primary keys of the batch after this one."""
    with transaction.atomic():
        rows = list(_all().filter(pk__gt=after).order_by("pk").select_for_update()[:BATCH])
        for row in rows:
            row.secrets = reseal(row.secrets)
        Subscription.objects.bulk_update(rows, ["secrets"])
    return [row.pk for row in rows]


def _all() -> QuerySet[Subscription]:
    return Subscription.objects.exclude(secrets="")


def _is_lost(text: str) -> bool:
    try:
        unseal(text)
    except InvalidToken:
        return True
    return False
