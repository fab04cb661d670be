"""Two groups: viewers see everything, operators act as well. Who is in neither sees nothing."""

from typing import Any

from django.contrib.auth.models import AnonymousUser, User

VIEWERS, OPERATORS = "viewers", "operators"

Anybody = User | AnonymousUser


def may_view(user: Anybody) -> bool:
    """Whether somebody may see what the admin shows. One query, or none."""
    return user.is_active and (user.is_superuser or bool(_groups(user) & {VIEWERS, OPERATORS}))


def may_act(user: Anybody) -> bool:
    """Whether somebody may change what the admin offers to change. One query, or none."""
    return user.is_active and (user.is_superuser or OPERATORS in _groups(user))


def _groups(user: Any) -> set[str]:
    if not hasattr(user, "_group_names"):
        user._group_names = set(user.groups.values_list("name", flat=True))
    found: set[str] = user._group_names
    return found
