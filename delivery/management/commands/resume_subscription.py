"""`manage.py resume_subscription ID`."""

from typing import Any

from delivery.management.subscription_command import SubscriptionCommand
from delivery.registration.verbs import set_active


class Command(SubscriptionCommand):
    help = "Go on where a subscription stopped, and try it at once, be it paused, failing or disabled."

    def handle(self, *args: Any, **options: Any) -> None:
        self.act(options["id"], lambda row: set_active(row, active=True))
