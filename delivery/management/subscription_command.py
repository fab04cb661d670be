"""What the commands about one subscription have in common."""

import json
from argparse import ArgumentParser
from collections.abc import Callable

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from delivery.models import Subscription
from delivery.registration.lists import held_counts
from delivery.registration.representation import shown


class SubscriptionCommand(BaseCommand):
    """A command about the subscription `id`, whoever's it is."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", help="such as sub5f2b6c0d9a7e4f31")

    def act(self, public_id: str, verb: Callable[[Subscription], object]) -> None:
        """Do something to it, locked, in one transaction, and print it. Raises CommandError."""
        with transaction.atomic():
            verb(found(public_id, lock=True))
        self.stdout.write(line(found(public_id)))


def found(public_id: str, *, lock: bool = False) -> Subscription:
    """The subscription. Raises CommandError where there is none, or one that was deleted."""
    rows = Subscription.objects.filter(public_id=public_id, deleted=False).select_related("caller")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise CommandError(f"There is no subscription {public_id}; list_subscriptions shows all.")
    return row


def line(row: Subscription, *, behind: bool = True) -> str:
    """The subscription with its caller as a line of JSON, as callers see it. Secrets are never in it."""
    body = shown(row, held=held_counts([row]).get(row.pk, 0), behind=behind)
    return json.dumps({"caller": row.caller.username} | body, ensure_ascii=False)
