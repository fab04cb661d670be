"""What operators do with callers: the verbs that the commands call, told in a sentence each."""

from typing import Any

from django.conf import settings

from callers.administration import (
    CallerRefused,
    create_caller,
    delete_caller,
    locked_caller,
    revoke_caller,
    rotate_key,
    set_rate,
)
from callers.grants import grant, withdraw
from callers.models import Caller, Scope
from callers.overlaps import parse_overlap
from operators.admin.actions import Done
from operators.admin.caller_forms import scopes_added, scopes_chosen

Cleaned = dict[str, Any]


def create(_: None, cleaned: Cleaned) -> Done:
    key = create_caller(**cleaned)
    caller = Caller.objects.get(username=cleaned["username"])
    granted = listed(set(scopes_added(cleaned))) or "nothing yet"
    return Done(f"Created. It may read {granted}.", caller, key)


def add_grants(caller: Caller, cleaned: Cleaned) -> Done:
    scopes = set(scopes_added(cleaned))
    grant(username=caller.username, scopes=scopes)
    return Done(f"Granted {listed(scopes)}.")


def withdraw_grants(caller: Caller, cleaned: Cleaned) -> Done:
    scopes = set(scopes_chosen(cleaned))
    withdraw(username=caller.username, scopes=scopes)
    return Done(f"Withdrew {listed(scopes)}.")


def change_rate(caller: Caller, cleaned: Cleaned) -> Done:
    rate = cleaned["rate"] or None
    set_rate(username=caller.username, rate=rate)
    return Done(f"Set its rate to {rate}." if rate else f"Gave it the common rate, {settings.CALLER_RATE}.")


def rotate(caller: Caller, cleaned: Cleaned) -> Done:
    overlap = parse_overlap(cleaned["overlap"])
    if locked_caller(caller.username).revoked_time and not overlap:
        raise CallerRefused(f"{caller.username} is revoked: restore it, which gives it a new key.")
    key = rotate_key(username=caller.username, overlap=overlap)
    end = f"end after {cleaned['overlap']}" if overlap else "ended"
    return Done(f"Rotated its key; the old ones {end}.", secret=key)


def revoke(caller: Caller, cleaned: Cleaned) -> Done:
    revoke_caller(username=caller.username)
    return Done("Revoked: it is out within ten seconds.")


def restore(caller: Caller, cleaned: Cleaned) -> Done:
    if not locked_caller(caller.username).revoked_time:
        raise CallerRefused(f"{caller.username} is not revoked. To give it a new key, rotate its key.")
    return Done("Restored, with a new key.", secret=rotate_key(username=caller.username))


def delete(caller: Caller, cleaned: Cleaned) -> Done:
    delete_caller(username=caller.username)
    return Done(f"Deleted {caller.username}; its name is free again.")


def listed(scopes: set[Scope]) -> str:
    return ", ".join(sorted(f"{scope.kind} {scope.identifier}" for scope in scopes))
