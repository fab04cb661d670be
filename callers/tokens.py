"""Tokens: given for a key, recognised on every poll."""

import hmac
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import cast

from cachetools import TLRUCache, cached
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from rest_framework.request import Request

from callers.keys import digest, new_token
from callers.models import Caller, RetiredKey, Scope, Token

MAX_REMEMBERED = 10_000

_NO_KEY = bytes(32)
_NOBODY = (None, "", 0, _NO_KEY, None, None, None)


class Unrecognised(Exception):
    """No such key or token, or not any more."""


@dataclass(frozen=True)
class KeyHolder:
    """The caller that a key belongs to. `key_expires_time` is the end of a key that was rotated, or None."""

    caller_id: int
    username: str
    rate: str
    key_digest: bytes
    key_generation: int
    key_expires_time: datetime | None


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


def holder_of_key(*, username: str, key: str) -> KeyHolder:
    """The caller with this name and key, which may be one that was rotated and is still good.

    One query. An unknown name costs what a wrong key costs. Raises Unrecognised.
    """
    return _holder(username, digest(key))


def give_token(holder: KeyHolder) -> tuple[str, datetime]:
    """A new token for the holder of this key, and its end; the caller's ended tokens are deleted.

    The key is compared again while the caller's row is locked, which rotate_key and revoke_caller lock too:
    each of them either comes first, and then there is no token, or finds this one. Raises Unrecognised.
    """
    now = timezone.now()
    token, expires_time = new_token(), now + timedelta(seconds=settings.TOKEN_LIFETIME_SECONDS)
    with transaction.atomic():
        Caller.objects.filter(pk=holder.caller_id).update(last_token_time=now)  # locks the row
        holder = _holder(holder.username, holder.key_digest)
        expires_time = min(expires_time, holder.key_expires_time or expires_time)
        Token.objects.filter(caller_id=holder.caller_id, expires_time__lte=now).delete()
        Token.objects.create(
            caller_id=holder.caller_id,
            key_generation=holder.key_generation,
            digest=digest(token),
            expires_time=expires_time,
        )
    return token, expires_time


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


def _holder(username: str, key_digest: bytes) -> KeyHolder:
    columns = ("pk", "rate", "key_generation", "key_digest")
    retired = ("retired_keys__generation", "retired_keys__digest", "retired_keys__expires_time")
    found = Caller.objects.filter(username=username, revoked_time=None).values_list(*columns, *retired)
    rows = list(found) or [_NOBODY]
    caller_id, rate, generation, current, *_ = rows[0]
    now = timezone.now()
    keys = [(generation, current, None), *(row[4:] for row in rows if row[6] and row[6] > now)]
    for generation, stored, expires_time in keys:
        if hmac.compare_digest(key_digest, bytes(stored)) and caller_id is not None:
            return KeyHolder(caller_id, username, rate, key_digest, generation, expires_time)
    raise Unrecognised


def _remembered_until(token_digest: bytes, access: Access, now: float) -> float:
    seconds: float = settings.CALLER_CACHE_SECONDS
    return access.asked_at + seconds


_remembered: TLRUCache[bytes, Access] = TLRUCache(MAX_REMEMBERED, ttu=_remembered_until)


@cached(_remembered, key=bytes, lock=Lock())
def _access_by_digest(token_digest: bytes) -> Access:
    """One query, a row for each grant.

    Only what is found is remembered, so that guesses cannot push it out. Raises Unrecognised.
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
    caller_id, username, rate, expires_time, *_ = rows[0]
    grants = frozenset(Scope(kind, identifier) for *_, kind, identifier in rows if kind)
    return Access(caller_id, username, rate, grants, expires_time, asked_at)


def _key_is_good(now: datetime) -> Q:
    """The key that a token was got with is the caller's, or was rotated and has not ended yet."""
    retired = RetiredKey.objects.filter(
        caller=OuterRef("caller"), generation=OuterRef("key_generation"), expires_time__gt=now
    )
    return Q(key_generation=F("caller__key_generation")) | Q(Exists(retired))
