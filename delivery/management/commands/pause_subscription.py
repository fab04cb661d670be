"""`manage.py pause_subscription ID`."""

from typing import Any

from delivery.management.subscription_command import SubscriptionCommand
from delivery.registration.verbs import set_active


class Command(SubscriptionCommand):
    help = "Send nothing more to a subscription within a second. It keeps its position."

    def handle(self, *args: Any, **options: Any) -> None:
        self.act(options["id"], lambda row: set_active(row, active=False))
