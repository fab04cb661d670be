"""`manage.py test_subscription ID`."""

from typing import Any

from django.core.management.base import CommandError

from delivery.management.subscription_command import SubscriptionCommand, printed
from delivery.registration import operating
from delivery.registration.lists import attempt_shown
from delivery.registration.operating import SubscriptionRefused


class Command(SubscriptionCommand):
    help = "Send one example to a subscription now, and print what came of it. It changes nothing else."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            delivered, attempt = operating.tried(options["id"])
        except SubscriptionRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(printed({"delivered": delivered, "attempt": attempt_shown(attempt)}))
        if not delivered:
            raise CommandError("It was not delivered.")
