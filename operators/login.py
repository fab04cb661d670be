"""Logging in, which is limited: passwords, unlike keys, can be guessed."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from callers.addresses import client_address
from callers.quotas import use_quota

LOGIN_RATE = "10/m"
"""Tries for one name, and from one address, right ones as well."""


class LoginForm(AdminAuthenticationForm):
    """A name and a password, which are not looked at after too many tries.

    `wait` is then how many seconds are enough to wait. While the counters are away nothing is limited, as
    everywhere (docs/decisions/failing-open.md).
    """

    wait = 0

    def clean(self) -> dict[str, Any]:
        self.wait = _count(self.request, str(self.cleaned_data.get("username", "")))
        if self.wait:
            raise ValidationError(f"Too many tries to log in. Wait {self.wait} seconds, then try again.")
        return super().clean()


def _count(request: HttpRequest | None, username: str) -> int:
    """Count a try. Returns 0, or the seconds to wait when it was one too many."""
    address = client_address(request) if request else ""
    counted = (("login-name", username), ("login-address", address))
    uses = [use_quota(policy=policy, key=key, rate=LOGIN_RATE) for policy, key in counted]
    return max((use.reset for use in uses if use and use.exceeded), default=0)
