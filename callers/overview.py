"""What an operator is shown of callers: never a key or a token, since only their digests are stored."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from callers.administration import unknown_caller
from callers.models import Caller, Grant, RetiredKey
from wire.times import format_time


def show_callers() -> list[dict[str, Any]]:
    """Every caller, by name. Three queries."""
    return [_shown(caller) for caller in _callers()]


def show_caller(username: str) -> dict[str, Any]:
    """One caller. Three queries. Raises CallerRefused."""
    caller = _callers().filter(username=username).first()
    if caller is None:
        raise unknown_caller(username)
    return _shown(caller)


def _callers() -> QuerySet[Caller]:
    """Callers with `good_tokens`, the number of their tokens that have not ended."""
    now = timezone.now()
    retired = RetiredKey.objects.filter(expires_time__gt=now).order_by("expires_time")
    return (
        Caller.objects.annotate(good_tokens=Count("tokens", filter=Q(tokens__expires_time__gt=now)))
        .prefetch_related("grants", Prefetch("retired_keys", retired))
        .order_by("username")
    )


def _shown(caller: Any) -> dict[str, Any]:
    return {
        "username": caller.username,
        "grants": {
            "channels": _identifiers(caller, Grant.Kind.CHANNEL),
            "partners": _identifiers(caller, Grant.Kind.PARTNER),
        },
        "rate": caller.rate or settings.CALLER_RATE,
        "hasOwnRate": bool(caller.rate),
        "goodTokens": caller.good_tokens,
        "lastTokenTime": _text(caller.last_token_time),
        "oldKeysEnd": [_text(key.expires_time) for key in caller.retired_keys.all()],
        "createdTime": _text(caller.created_time),
        "revokedTime": _text(caller.revoked_time),
    }


def _identifiers(caller: Caller, kind: str) -> list[str]:
    return sorted(grant.identifier for grant in caller.grants.all() if grant.kind == kind)


def _text(time: datetime | None) -> str | None:
    return format_time(time) if time else None
