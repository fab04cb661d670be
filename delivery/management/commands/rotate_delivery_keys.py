"""`manage.py rotate_delivery_keys`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delivery.rotation import Unreadable, reseal_all


class Command(BaseCommand):
    help = "Encrypt the secrets of all subscriptions by the first key of DELIVERY_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = reseal_all()
        except Unreadable as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"{count} subscriptions are encrypted by the first key of DELIVERY_KEYS. Take the others out"
            " of it when every server and every deliver was started with the first one."
        )
