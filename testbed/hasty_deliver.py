"""`manage.py deliver` in a hurry: leases of 4 seconds, deliveries of one, tries that come soon.

Each delivery says in X-Process which process it is of. See testbed.stopping for how a test stops it.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any
from unittest.mock import patch

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acommerce_status.settings")
django.setup()

from django.core.management import execute_from_command_line  # noqa: E402 - after the setup

from delivery.engine.leases import Leases  # noqa: E402 - after the setup
from delivery.webhook import Webhook  # noqa: E402 - after the setup
from testbed.stopping import stoppable  # noqa: E402 - after the setup

SECONDS = 4
WAITS_OF_HELD, WAITS_OF_RECEIVERS = (1, 1, 2, 2), (2, 3, 5)


def signing(webhook: Webhook, *arguments: Any, signed: Callable[..., Any] = Webhook.signed) -> Any:
    """As Webhook.signed, with the process beside it."""
    message = signed(webhook, *arguments)
    message.headers["X-Process"] = str(os.getpid())
    return message


def main() -> None:
    """Change the times where they are used, and deliver."""
    changed = {
        "delivery.webhook.ANSWER_SECONDS": 1,
        "delivery.webhook.Webhook.limit_seconds": 1.5,
        "delivery.webhook.Webhook.signed": signing,
        "delivery.pace.HELD_WAITS": WAITS_OF_HELD,
        "delivery.pace.RECEIVER_WAITS": WAITS_OF_RECEIVERS,
        "delivery.engine.following.RENEW_SECONDS": 1,
        "delivery.management.commands.deliver.Leases": partial(Leases, seconds=SECONDS),
        **stoppable(),
    }
    with ExitStack() as stack:
        for name, value in changed.items():
            stack.enter_context(patch(name, value))
        execute_from_command_line(["manage.py", "deliver"])


if __name__ == "__main__":
    main()
