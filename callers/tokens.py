"""Tokens: given for a key, recognised on every poll."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import cast

from cachetools import TTLCache, cached
from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request

from callers.keys import digest, new_token
from callers.models import Caller, Scope, Token

_NO_KEY = bytes(32)


class Unrecognised(Exception):
    """No such key or token, or not any more."""


@dataclass(frozen=True)
class Access:
    """What a token gives: a caller, its grants, and an end."""

    caller_id: int
    username: str
    rate: str
    grants: frozenset[Scope]
    expires_time: datetime

    is_authenticated = True

    def may_read(self, scope: Scope) -> bool:
        return scope in self.grants


def caller_with_key(*, username: str, key: str) -> tuple[int, str]:
    """The primary key and the rate of the caller with this name and key. Raises Unrecognised.

    An unknown name costs what a wrong key costs.
    """
    columns = ("pk", "rate", "key_digest")
    found = Caller.objects.filter(username=username, revoked_time=None).values_list(*columns).first()
    caller_id, rate, key_digest = found or (None, "", _NO_KEY)
    if not hmac.compare_digest(digest(key), bytes(key_digest)) or caller_id is None:
        raise Unrecognised
    return caller_id, rate


def give_token(caller_id: int) -> tuple[str, datetime]:
    """A new token for this caller, and its end; the caller's ended tokens are forgotten."""
    now = timezone.now()
    token, expires_time = new_token(), now + timedelta(seconds=settings.TOKEN_LIFETIME_SECONDS)
    Token.objects.filter(caller_id=caller_id, expires_time__lte=now).delete()
    Token.objects.create(caller_id=caller_id, digest=digest(token), expires_time=expires_time)
    return token, expires_time


def issue_token(*, username: str, key: str) -> tuple[str, datetime]:
    """A new token for the caller with this key, and its end, not counted. Raises Unrecognised."""
    caller_id, _ = caller_with_key(username=username, key=key)
    return give_token(caller_id)


def access_by_token(token: str) -> Access:
    """What this token gives now. Raises Unrecognised.

    Known tokens are remembered for CALLER_CACHE_SECONDS in this process: a revoked caller is out after that.
    """
    access = _access_by_digest(digest(token))
    if access.expires_time <= timezone.now():
        raise Unrecognised
    return access


_remembered: TTLCache[bytes, Access] = TTLCache(maxsize=10_000, ttl=settings.CALLER_CACHE_SECONDS)


@cached(_remembered, key=bytes, lock=Lock())
def _access_by_digest(token_digest: bytes) -> Access:
    """Two queries, or one when there is no such token any more, which looks as if it had never been.

    Only what is found is remembered, so that guesses cannot push it out.
    """
    row = (
        Token.objects.select_related("caller")
        .prefetch_related("caller__grants")
        .filter(digest=token_digest, expires_time__gt=timezone.now(), caller__revoked_time=None)
        .first()
    )
    if row is None:
        raise Unrecognised
    grants = frozenset(Scope(grant.kind, grant.identifier) for grant in row.caller.grants.all())
    return Access(row.caller.pk, row.caller.username, row.caller.rate, grants, row.expires_time)


def access_of(request: Request) -> Access:
    """What the token of an authenticated request gives."""
    return cast(Access, request.user)


def forget_tokens() -> None:
    """Empty this process's memory of tokens, as time would."""
    _remembered.clear()
