"""Creations that are asked for again with the same Idempotency-Key, within 24 hours.

Call these in the transaction that creates, with the caller's row locked: of two that come at once one waits.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db.models import Q

from callers.models import Scope
from delivery.models import IdempotencyKey, Subscription
from delivery.registration.refusals import KeyUsedOtherwise
from wire.refusals import BadBody, ParameterError

KEPT_FOR = timedelta(hours=24)
MAX_KEY_LENGTH = 255


def find(caller_id: int, scope: Scope, key: str, body: Mapping[str, Any]) -> Subscription | None:
    """What was created by this key, scope and body. Raises KeyUsedOtherwise for another scope or body."""
    if not key:
        return None
    if len(key) > MAX_KEY_LENGTH or not key.isprintable():
        raise BadBody([ParameterError("Idempotency-Key", f"must be at most {MAX_KEY_LENGTH} characters")])
    known = IdempotencyKey.objects.filter(caller_id=caller_id)
    known.filter(Q(created_time__lt=datetime.now(UTC) - KEPT_FOR) | Q(subscription__deleted=True)).delete()
    used = known.select_related("subscription").filter(key=key).first()
    if used is None:
        return None
    if bytes(used.digest) != _digest(scope, body):
        raise KeyUsedOtherwise
    return used.subscription


def remember(row: Subscription, key: str, body: Mapping[str, Any]) -> None:
    """Note what was created by this key."""
    if key:
        IdempotencyKey.objects.create(
            caller_id=row.caller_id,
            key=key,
            digest=_digest(row.scope, body),
            subscription=row,
            created_time=datetime.now(UTC),
        )


def _digest(scope: Scope, body: Mapping[str, Any]) -> bytes:
    asked = [scope.kind, scope.identifier, body]
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()
