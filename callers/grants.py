"""What an operator lets callers read. Like callers.administration: short transactions, CallerRefused."""

from collections.abc import Iterable

from django.db import transaction

from callers.administration import CallerRefused, check_names, locked_caller
from callers.models import Caller, Grant, Scope


@transaction.atomic
def grant(*, username: str, scopes: Iterable[Scope]) -> None:
    """Let a caller read these as well; all of them, or none when one is granted already."""
    wanted = _some(scopes)
    check_names(scope.identifier for scope in wanted)
    caller = locked_caller(username)
    if known := wanted & _granted(caller):
        raise CallerRefused(f"{username} may read {_listed(known)} already. Nothing was changed.")
    Grant.objects.bulk_create(
        Grant(caller=caller, kind=scope.kind, identifier=scope.identifier) for scope in wanted
    )


@transaction.atomic
def withdraw(*, username: str, scopes: Iterable[Scope]) -> None:
    """Let a caller no longer read these; all of them, or none when one is not granted."""
    unwanted = _some(scopes)
    caller = locked_caller(username)
    if unknown := unwanted - _granted(caller):
        raise CallerRefused(f"{username} may not read {_listed(unknown)} anyway. Nothing was changed.")
    for scope in unwanted:
        caller.grants.filter(kind=scope.kind, identifier=scope.identifier).delete()


def _some(scopes: Iterable[Scope]) -> set[Scope]:
    found = set(scopes)
    if not found:
        raise CallerRefused("Name a channel or a partner (for a command: --channel ID, --partner ID).")
    return found


def _granted(caller: Caller) -> set[Scope]:
    return {Scope(*row) for row in caller.grants.values_list("kind", "identifier")}


def _listed(scopes: Iterable[Scope]) -> str:
    return " and ".join(sorted(f"{scope.kind} {scope.identifier}" for scope in scopes))
