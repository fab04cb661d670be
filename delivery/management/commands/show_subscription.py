"""`manage.py show_subscription ID`."""

from typing import Any

from delivery.management.subscription_command import SubscriptionCommand, found, line


class Command(SubscriptionCommand):
    help = "Print a subscription and its caller, with how far it is behind, as one line of JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(line(found(options["id"])))
