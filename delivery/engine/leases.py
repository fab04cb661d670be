"""Which process delivers which subscriptions: leases of shards by the database's clock, with fences."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from delivery.models import ORDER_SHARDS, DeliverProcess, ShardLease

LEASE_SECONDS = 25
RENEW_SECONDS = 5


@dataclass
class Leases:
    """Those of `shards` that process `owner` holds, each with its fence; all end at `deadline`, monotonic.

    The deadline is counted from before the renewal was asked for, so it is never later than the database's.
    `leaving` are those above our share: nothing begins there, and they are given back when all has ended.
    """

    owner: str
    seconds: float = LEASE_SECONDS
    shards: range = ORDER_SHARDS
    fences: dict[int, int] = field(default_factory=dict)
    leaving: frozenset[int] = frozenset()
    deadline: float = 0.0

    def remaining(self, shard: int, fence: int) -> float:
        """Seconds for which this process surely holds the shard under this fence."""
        if self.fences.get(shard) != fence or shard in self.leaving:
            return 0.0
        return self.deadline - time.monotonic()

    def renew(self, busy: Collection[int]) -> None:
        """Keep what is held, and take a fair share of what nobody holds. A few short transactions.

        `busy` are the shards where something is under way or not saved: another process may not begin there.
        """
        asked = time.monotonic()
        share = ceil(len(self.shards) / self._count_processes())
        until = Now() + timedelta(seconds=self.seconds)
        mine = ShardLease.objects.filter(owner=self.owner, until__gt=Now())
        mine.update(until=until)
        held = dict(mine.exclude(number__in=self.leaving - set(busy)).values_list("number", "fence"))
        self.leaving = frozenset(sorted(held)[share:])
        ShardLease.objects.filter(owner=self.owner).exclude(number__in=held).update(owner="", until=None)
        self.fences = held | self._claim(share - len(held))
        self.deadline = asked + self.seconds

    def give_back(self) -> None:
        """Let others go on at once."""
        self.fences = {}
        ShardLease.objects.filter(owner=self.owner).update(owner="", until=None)
        DeliverProcess.objects.filter(owner=self.owner).delete()

    def _count_processes(self) -> int:
        """How many there are, with this one, whether or not they hold anything yet."""
        until = Now() + timedelta(seconds=self.seconds)
        first = self.shards.start
        DeliverProcess.objects.update_or_create(
            owner=self.owner, defaults={"until": until, "first_shard": first}
        )
        DeliverProcess.objects.filter(until__lt=Now()).delete()
        return DeliverProcess.objects.filter(first_shard=first).count()

    def _claim(self, count: int) -> dict[int, int]:
        if count <= 0:
            return {}
        with transaction.atomic():
            free = ShardLease.objects.select_for_update(skip_locked=_can_skip()).filter(
                Q(until=None) | Q(until__lte=Now()),
                number__range=(self.shards.start, self.shards.stop - 1),
            )
            numbers = list(free.order_by("number").values_list("number", flat=True)[:count])
            taken = ShardLease.objects.filter(number__in=numbers)
            until = Now() + timedelta(seconds=self.seconds)
            taken.update(owner=self.owner, fence=F("fence") + 1, until=until)
            return dict(taken.values_list("number", "fence"))


def _can_skip() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)
