"""What a token gives, looked up on every poll; callers.identity gives tokens."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import cast

from cachetools import TLRUCache, cached
from django.conf import settings
from django.db import OperationalError
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from rest_framework.request import Request

from callers.keys import digest
from callers.models import RetiredKey, Scope, Token

MAX_REMEMBERED = 10_000
MAX_AGE_SECONDS = 10
"""An operator's change is in effect after that, so nothing older is believed."""


class Unrecognised(Exception):
    """No such key or token, or not any more."""


@dataclass(frozen=True)
class Access:
    """What a token gives: a caller, its grants, and an end. `asked_at` is by time.monotonic()."""

    caller_id: int
    username: str
    rate: str
    grants: frozenset[Scope]
    expires_time: datetime
    asked_at: float = field(compare=False)

    is_authenticated = True

    def may_read(self, scope: Scope) -> bool:
        return scope in self.grants


def access_by_token(token: str) -> Access:
    """What this token gives now. Raises Unrecognised.

    A token that was found is remembered in this process for CALLER_CACHE_SECONDS, counted from before its
    query: what an operator changes is in effect everywhere after that, however slow the database is.
    """
    access = _access_by_digest(digest(token))
    if access.expires_time <= timezone.now():
        raise Unrecognised
    return access


def access_of(request: Request) -> Access:
    """What the token of an authenticated request gives."""
    return cast(Access, request.user)


def forget_tokens() -> None:
    """Empty this process's memory of tokens, as time would."""
    _remembered.clear()


def _remembered_until(token_digest: bytes, access: Access, now: float) -> float:
    seconds: float = settings.CALLER_CACHE_SECONDS
    return access.asked_at + seconds


_remembered: TLRUCache[bytes, Access] = TLRUCache(MAX_REMEMBERED, ttu=_remembered_until)


@cached(_remembered, key=bytes, lock=Lock())
def _access_by_digest(token_digest: bytes) -> Access:
    """One query, a row for each grant.

    Only what is found is remembered, so that guesses cannot push it out. Raises Unrecognised, and
    OperationalError when the answer is too old to be believed.
    """
    asked_at, now = time.monotonic(), timezone.now()
    rows = list(
        Token.objects.filter(_key_is_good(now), digest=token_digest, expires_time__gt=now)
        .filter(caller__revoked_time=None)
        .values_list(
            *("caller_id", "caller__username", "caller__rate", "expires_time"),
            *("caller__grants__kind", "caller__grants__identifier"),
        )
    )
    if not rows:
        raise Unrecognised
    if time.monotonic() - asked_at > MAX_AGE_SECONDS:
        raise OperationalError("the look-up of a token took too long")
    caller_id, username, rate, expires_time, *_ = rows[0]
    grants = frozenset(Scope(kind, identifier) for *_, kind, identifier in rows if kind)
    return Access(caller_id, username, rate, grants, expires_time, asked_at)


def _key_is_good(now: datetime) -> Q:
    """The key that a token was got with is the caller's, or was rotated and has not ended yet."""
    retired = RetiredKey.objects.filter(
        caller=OuterRef("caller"), generation=OuterRef("key_generation"), expires_time__gt=now
    )
    return Q(key_generation=F("caller__key_generation")) | Q(Exists(retired))
