"""What the commands about one subscription have in common."""

import json
from argparse import ArgumentParser
from collections.abc import Callable

from django.core.management.base import BaseCommand, CommandError

from delivery.models import Subscription
from delivery.registration import operating
from delivery.registration.explaining import why
from delivery.registration.lists import held_counts
from delivery.registration.operating import SubscriptionRefused
from delivery.registration.representation import shown


class SubscriptionCommand(BaseCommand):
    """A command about the subscription `id`, whoever's it is."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", help="such as sub5f2b6c0d9a7e4f31")

    def act(self, public_id: str, verb: Callable[[Subscription], object]) -> None:
        """Do something to it, locked, in one transaction, and print it. Raises CommandError."""
        try:
            operating.act(public_id, verb)
        except SubscriptionRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(line(found(public_id)))


def found(public_id: str) -> Subscription:
    """The subscription. Raises CommandError where there is none, or one that was deleted."""
    try:
        return operating.found(public_id)
    except SubscriptionRefused as refusal:
        raise CommandError(str(refusal)) from None


def line(row: Subscription, *, behind: bool = True) -> str:
    """The subscription with its caller as a line of JSON, as callers see it. Secrets are never in it."""
    body = shown(row, held=held_counts([row]).get(row.pk, 0), behind=behind)
    return printed({"caller": row.caller.username} | body)


def explained(row: Subscription) -> str:
    """The same, with why it is not told of something."""
    held = held_counts([row]).get(row.pk, 0)
    return printed({"caller": row.caller.username} | shown(row, held=held) | {"why": why(row, held=held)})


def printed(body: object) -> str:
    """A line of JSON."""
    return json.dumps(body, ensure_ascii=False)
