"""What an operator does with callers. Each is one short transaction."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from callers.keys import digest, new_key
from callers.models import Caller, Grant, Token
from callers.quotas import parse_rate
from wire.names import NAME_RULE, is_name


class CallerRefused(ValueError):
    """The message says what is wrong and how to mend it."""


def create_caller(
    *, username: str, channels: Iterable[str] = (), partners: Iterable[str] = (), rate: str = ""
) -> str:
    """A new caller with these grants; its API key, which is not kept. Raises CallerRefused."""
    grants = {(Grant.Kind.CHANNEL, name) for name in channels} | {
        (Grant.Kind.PARTNER, name) for name in partners
    }
    _check_names([username, *(name for _, name in grants)])
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


def rotate_key(*, username: str) -> str:
    """A new API key; the old one and all tokens end, and so does a revocation. Raises CallerRefused."""
    key = new_key()
    with transaction.atomic():
        caller = _caller(username)
        Caller.objects.filter(pk=caller.pk).update(key_digest=digest(key), revoked_time=None)
        Token.objects.filter(caller=caller).delete()
    return key


def revoke_caller(*, username: str) -> None:
    """Shut a caller out; done twice it changes nothing more. Raises CallerRefused."""
    with transaction.atomic():
        caller = _caller(username)
        Caller.objects.filter(pk=caller.pk, revoked_time=None).update(revoked_time=timezone.now())
        Token.objects.filter(caller=caller).delete()


def _caller(username: str) -> Caller:
    caller = Caller.objects.filter(username=username).first()
    if caller is None:
        raise CallerRefused(f"There is no caller {username}. create_caller makes one.")
    return caller


def _check_names(names: Iterable[str]) -> None:
    for name in names:
        if not is_name(name):
            raise CallerRefused(f"{name[:50]!r} is not a name: {NAME_RULE}.")


def _check_rate(rate: str) -> None:
    try:
        parse_rate(rate)
    except ValueError as error:
        raise CallerRefused(str(error)) from None
