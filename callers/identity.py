"""A key for a token: the two steps of POST /identity/token."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from callers.keys import digest, new_token
from callers.models import Caller, Token
from callers.tokens import Unrecognised

_NO_KEY = bytes(32)
_NOBODY = (None, "", 0, _NO_KEY, None, None, None)


@dataclass(frozen=True)
class KeyHolder:
    """The caller that a key belongs to. `key_expires_time` is the end of a key that was rotated, or None."""

    caller_id: int
    username: str
    rate: str
    key_digest: bytes
    key_generation: int
    key_expires_time: datetime | None


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
