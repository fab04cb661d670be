"""Who may log in to the operators' server."""

import secrets

from django.contrib.auth.models import Group, User
from django.db import transaction

from operators.roles import OPERATORS, VIEWERS
from wire.names import NAME_RULE, is_name


class OperatorRefused(ValueError):
    """The message says what is wrong and how to mend it."""


@transaction.atomic
def create_operator(*, username: str, only_views: bool = False) -> str:
    """Let somebody log in, and return the password, of which only a digest is stored.

    For a name that is there already: a new password, and the group that is asked for. Raises OperatorRefused.
    """
    if not is_name(username):
        raise OperatorRefused(f"{username[:50]!r} is not a name: {NAME_RULE}.")
    password = secrets.token_urlsafe(15)
    user, _ = User.objects.get_or_create(username=username)
    user.is_staff = user.is_active = True
    user.set_password(password)
    user.save()
    group, _ = Group.objects.get_or_create(name=VIEWERS if only_views else OPERATORS)
    user.groups.set([group])
    return password


def shut_out_operator(*, username: str) -> None:
    """End the sessions of somebody, and let nobody log in by this name. Raises OperatorRefused."""
    if not User.objects.filter(username=username).update(is_active=False):
        raise OperatorRefused(f"Nobody logs in as {username[:50]!r}. create_operator lets somebody.")
