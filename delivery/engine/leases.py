"""Which process delivers which subscriptions: leases of shards by the database's clock, with fences."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from delivery.engine.clocks import DatabaseClock, monotonic
from delivery.models import ORDER_SHARDS, DeliverProcess, ShardLease
from stores.waits import allow_no_idling

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
    clock: DatabaseClock = field(default_factory=DatabaseClock)

    def remaining(self, shard: int, fence: int) -> float:
        """Seconds for which this process surely holds the shard under this fence."""
        if self.fences.get(shard) != fence or shard in self.leaving:
            return 0.0
        return self.deadline - monotonic()

    def renew(self, busy: Collection[int]) -> None:
        """Keep what is held, and take a fair share of what nobody holds. A few short transactions.

        `busy` are the shards where something is under way or not saved: another process may not begin there.
        A lease that has ended, but that nobody took, goes on under its fence.
        """
        asked = monotonic()
        share = ceil(len(self.shards) / self._count_processes())
        mine = ShardLease.objects.filter(owner=self.owner)
        mine.update(until=self._until())
        held = dict(mine.exclude(number__in=self.leaving - set(busy)).values_list("number", "fence"))
        self.fences = held  # before it is given back: from then on another process begins there
        self.leaving = frozenset(sorted(held)[share:])
        mine.exclude(number__in=held).update(owner="", until=None)
        if self.clock.is_steady_for(self.seconds):
            self.fences = held | self._claim(share - len(held))
        self.deadline = asked + self.seconds

    def give_back(self) -> None:
        """Let others go on at once."""
        self.fences = {}
        ShardLease.objects.filter(owner=self.owner).update(owner="", until=None)
        DeliverProcess.objects.filter(owner=self.owner).delete()

    def _until(self) -> Any:
        return Now() + timedelta(seconds=self.seconds)

    def _is_over(self) -> Q:
        """By the database's clock. An end that is too far away was set before that clock was set back."""
        return Q(until__lte=Now()) | Q(until__gt=Now() + timedelta(seconds=2 * self.seconds))

    def _count_processes(self) -> int:
        """How many there are, with this one, whether or not they hold anything yet."""
        first = self.shards.start
        DeliverProcess.objects.update_or_create(
            owner=self.owner, defaults={"until": self._until(), "first_shard": first}
        )
        DeliverProcess.objects.filter(self._is_over()).delete()
        return DeliverProcess.objects.filter(first_shard=first).count()

    def _claim(self, count: int) -> dict[int, int]:
        if count <= 0:
            return {}
        with transaction.atomic():
            allow_no_idling()
            free = ShardLease.objects.select_for_update(skip_locked=_can_skip()).filter(
                Q(until=None) | self._is_over(),
                number__range=(self.shards.start, self.shards.stop - 1),
            )
            numbers = list(free.order_by("number").values_list("number", flat=True)[:count])
            taken = ShardLease.objects.filter(number__in=numbers)
            taken.update(owner=self.owner, fence=F("fence") + 1, until=self._until())
            return dict(taken.values_list("number", "fence"))


def _can_skip() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)
