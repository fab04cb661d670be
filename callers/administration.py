"""What an operator does with callers and their keys; callers.grants has what they may read.

Each is one short transaction that holds the caller's row, and raises CallerRefused. Every process acts on it
within ten seconds, because callers.tokens remembers no token for longer.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from callers.keys import digest, new_key
from callers.models import Caller, Grant, RetiredKey
from callers.quotas import parse_rate
from wire.names import NAME_RULE, is_name

MAX_OVERLAP = timedelta(days=30)
AT_ONCE = timedelta(0)


class CallerRefused(ValueError):
    """The message says what is wrong and how to mend it."""


def create_caller(
    *, username: str, channels: Iterable[str] = (), partners: Iterable[str] = (), rate: str = ""
) -> str:
    """Create a caller with these grants, and return its API key, which is not stored."""
    grants = {(Grant.Kind.CHANNEL, name) for name in channels} | {
        (Grant.Kind.PARTNER, name) for name in partners
    }
    check_names([username, *(name for _, name in grants)])
    if rate:
        _check_rate(rate)
    key = new_key()
    try:
        with transaction.atomic():
            caller = Caller.objects.create(username=username, key_digest=digest(key), rate=rate)
            Grant.objects.bulk_create(
                Grant(caller=caller, kind=kind, identifier=name) for kind, name in sorted(grants)
            )
    except IntegrityError:
        raise CallerRefused(
            f"{username} exists already: choose another name, or give it a new key by rotate_key."
        ) from None
    return key


@transaction.atomic
def rotate_key(*, username: str, overlap: timedelta = AT_ONCE) -> str:
    """Give a caller a new API key and return it. This also ends a revocation.

    All keys before it, and the tokens got with them, end after `overlap` at the latest. Without one they are
    deleted, and a token that is being given for an old key meanwhile is none (callers.identity).
    """
    if not AT_ONCE <= overlap <= MAX_OVERLAP:
        raise CallerRefused(f"An overlap lasts {MAX_OVERLAP.days} days at most.")
    caller = locked_caller(username)
    if overlap and caller.revoked_time:
        raise CallerRefused(
            f"{username} is revoked, and its old key does not come back: rotate it without an overlap."
        )
    if overlap:
        _retire_key(caller, overlap)
    else:
        _end_keys(caller)
    key = new_key()
    Caller.objects.filter(pk=caller.pk).update(
        key_digest=digest(key), key_generation=F("key_generation") + 1, revoked_time=None
    )
    return key


@transaction.atomic
def revoke_caller(*, username: str) -> None:
    """Shut a caller out, whichever of its keys it has; done twice it changes nothing more."""
    caller = locked_caller(username)
    Caller.objects.filter(pk=caller.pk, revoked_time=None).update(revoked_time=timezone.now())
    _end_keys(caller)


@transaction.atomic
def delete_caller(*, username: str) -> None:
    """Delete a caller that has never got a token, so that its name is free again."""
    caller = locked_caller(username)
    if caller.last_token_time or caller.tokens.exists():
        raise CallerRefused(
            f"{username} has got tokens, so its name stays taken: revoke_caller shuts it out."
        )
    caller.delete()


@transaction.atomic
def set_rate(*, username: str, rate: str | None) -> None:
    """Give a caller a rate of its own, or CALLER_RATE again, which None means."""
    if rate is not None:
        _check_rate(rate)
    caller = locked_caller(username)
    Caller.objects.filter(pk=caller.pk).update(rate=rate or "")


def locked_caller(username: str) -> Caller:
    """The caller of this name, its row locked until the transaction ends. Raises CallerRefused."""
    caller = Caller.objects.select_for_update(no_key=True).filter(username=username).first()
    if caller is None:
        raise unknown_caller(username)
    return caller


def unknown_caller(username: str) -> CallerRefused:
    """The refusal of a name that nobody has."""
    return CallerRefused(f"There is no caller {username}. create_caller makes one.")


def check_names(names: Iterable[str]) -> None:
    """Refuse what is no name of a caller, and what cannot stand in the path of a poll."""
    for name in names:
        if not is_name(name):
            raise CallerRefused(f"{name[:50]!r} is not a name: {NAME_RULE}.")


def _check_rate(rate: str) -> None:
    try:
        parse_rate(rate)
    except ValueError as error:
        raise CallerRefused(str(error)) from None


def _retire_key(caller: Caller, overlap: timedelta) -> None:
    """Let all keys until now, and their tokens, end after `overlap`, unless they end before."""
    now = timezone.now()
    end = now + overlap
    caller.retired_keys.filter(expires_time__lte=now).delete()
    caller.retired_keys.filter(expires_time__gt=end).update(expires_time=end)
    RetiredKey.objects.create(
        caller=caller, generation=caller.key_generation, digest=caller.key_digest, expires_time=end
    )
    caller.tokens.filter(expires_time__gt=end).update(expires_time=end)


def _end_keys(caller: Caller) -> None:
    caller.retired_keys.all().delete()
    caller.tokens.all().delete()
