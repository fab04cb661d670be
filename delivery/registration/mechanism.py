"""What registration must know of a way of being told. A dict by its name chooses one."""

from collections.abc import Mapping
from typing import Any

from delivery.models import Subscription
from delivery.registration.strict import StrictSerializer

Given = Mapping[str, Any]
"""The cleaned object of a mechanism, as it is to be: what is stored, with what is given and never shown."""


class Mechanism:
    """One way of being told. A subclass says what is particular to it; nothing is by default.

    Every method that gets a row is called in the transaction that saves it, and none talks to anybody.
    """

    serializer: type[StrictSerializer]
    write_only: frozenset[str] = frozenset()
    """Members that are taken and never shown: they are no part of `settings`."""
    tried_at_once: frozenset[str] = frozenset()
    """Members whose change makes a subscription that fails begin anew."""
    by_callers = True
    """Whether callers may create one."""

    def secrets(self, given: Given) -> dict[str, Any]:
        """What is stored encrypted of a new subscription."""
        return {}

    def shown_once(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Members of the answer to the creation that are never shown again, as long as none was replaced."""
        return {}

    def changed_secrets(self, kept: dict[str, Any], given: Given, sent: Given) -> dict[str, Any]:
        """What is stored encrypted after a patch, in which `sent` was written."""
        return kept

    def check_change(self, row: Subscription, given: Given, sent: Given) -> None:
        """Refuse a patch that needs more than it brings. Raises BadBody."""

    def fill(self, row: Subscription, given: Given) -> None:
        """Set columns of a row, new or locked, whose `settings` are those of before."""

    def saved(self, row: Subscription) -> None:
        """It is stored, with its key; what must wait for the commit goes into `transaction.on_commit`."""
