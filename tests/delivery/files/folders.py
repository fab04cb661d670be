"""Subscriptions to a folder, and turns of them without a process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO

from django.core.management import call_command

from delivery.engine.leases import Leases
from delivery.file_transports import transports
from delivery.files.claiming import Due
from delivery.files.freezing import Lease
from delivery.files.serving import Transports, serve
from delivery.files.turns import Turn
from delivery.models import FILE_SHARDS, Subscription
from orders.models import SalesOrder
from testbed.feeds import CHANNEL
from testbed.pollers import Orders

EVERY_MINUTE = "* * * * *"


def subscribe(
    folder: str = "shop",
    *options: str,
    start: str = "beginning",
    scope: tuple[str, str] = ("channel", CHANNEL),
) -> Subscription:
    """A subscription of `poller` to what is in the channel, into a folder, every minute."""
    output = StringIO()
    given = ("--folder", folder, "--cron", EVERY_MINUTE, "--start", start, f"--{scope[0]}", scope[1])
    call_command("subscribe_folder", "poller", *given, *options, stdout=output)
    return Subscription.objects.get(public_id=json.loads(output.getvalue())["subscriptionId"])


def make_due(row: Subscription) -> None:
    """Its slot has come."""
    Subscription.objects.filter(pk=row.pk).update(due_time=datetime.now(UTC), next_attempt_time=None)


class Worker:
    """What a process for files does in one turn, under leases of its own."""

    def __init__(self, owner: str = "a", by: Transports | None = None) -> None:
        self.leases = Leases(owner, shards=FILE_SHARDS)
        self.leases.renew(())
        self.transports = by or transports()
        self.is_told_to_stop = False

    def turn(self, row: Subscription) -> bool:
        """Whether it was not stopped."""
        shard = row.shard_of()
        lease = Lease(self.leases.owner, shard, self.leases.fences.get(shard, 0))
        due = Due(row.pk, shard, row.mechanism, is_failing=False)
        return serve(Turn(due, lease), self.transports, lambda: not self.is_told_to_stop)

    def catch_up(self, row: Subscription) -> int:
        """Turns until nothing is due; how many there were."""
        make_due(row)
        turns = 0
        while self.has_work(row):
            self.turn(row)
            turns += 1
        return turns

    def has_work(self, row: Subscription) -> bool:
        """Whether a batch waits, or one is due."""
        found = Subscription.objects.get(pk=row.pk)
        is_due = found.due_time is not None and found.due_time <= datetime.now(UTC)
        return is_due or found.batches.filter(delivered_time=None).exists()


@contextmanager
def working(owner: str = "a", by: Transports | None = None) -> Iterator[Worker]:
    """A worker that gives its leases back."""
    worker = Worker(owner, by)
    try:
        yield worker
    finally:
        worker.leases.give_back()


def feed(channel: str = CHANNEL) -> Orders:
    """The orders of a channel as they are."""
    rows = SalesOrder.objects.filter(channel_id=channel).values_list("channel_id", "order_id", "document")
    return {(channel_id, order_id): json.loads(document) for channel_id, order_id, document in rows}
