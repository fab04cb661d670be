"""Creations that are asked for again with the same Idempotency-Key, within 24 hours."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from delivery.models import IdempotencyKey, Subscription
from delivery.registration.refusals import KeyUsedOtherwise
from wire.refusals import BadBody, ParameterError

KEPT_FOR = timedelta(hours=24)
MAX_KEY_LENGTH = 255


def find(caller_id: int, key: str, body: Mapping[str, Any]) -> Subscription | None:
    """What was created by this key and body. Raises KeyUsedOtherwise for another body."""
    if not key:
        return None
    if len(key) > MAX_KEY_LENGTH or not key.isprintable():
        raise BadBody([ParameterError("Idempotency-Key", f"must be at most {MAX_KEY_LENGTH} characters")])
    IdempotencyKey.objects.filter(created_time__lt=datetime.now(UTC) - KEPT_FOR).delete()
    used = IdempotencyKey.objects.select_related("subscription").filter(caller_id=caller_id, key=key).first()
    if used is None:
        return None
    if bytes(used.digest) != _digest(body):
        raise KeyUsedOtherwise
    return used.subscription


def remember(caller_id: int, key: str, body: Mapping[str, Any], row: Subscription) -> None:
    """Note what was created by this key."""
    if key:
        now = datetime.now(UTC)
        IdempotencyKey.objects.create(
            caller_id=caller_id, key=key, digest=_digest(body), subscription=row, created_time=now
        )


def _digest(body: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()
