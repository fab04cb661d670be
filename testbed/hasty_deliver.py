"""`manage.py deliver` with leases of 4 seconds and deliveries of one: tests of lost leases are short."""

import os
from functools import partial
from unittest.mock import patch

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acommerce_status.settings")
django.setup()

from django.core.management import execute_from_command_line  # noqa: E402 - after the setup

from delivery import webhook  # noqa: E402 - after the setup
from delivery.engine.leases import Leases  # noqa: E402 - after the setup

SECONDS = 4


def main() -> None:
    """Change the times where they are used, and deliver."""
    with (
        patch.object(webhook, "ANSWER_SECONDS", 1),
        patch.object(webhook.Webhook, "limit_seconds", 1.5),
        patch("delivery.engine.following.RENEW_SECONDS", 1),
        patch("delivery.management.commands.deliver.Leases", partial(Leases, seconds=SECONDS)),
    ):
        execute_from_command_line(["manage.py", "deliver"])


if __name__ == "__main__":
    main()
