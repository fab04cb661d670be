"""Which process delivers which subscriptions: leases of shards by the database's clock, with fences."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from delivery.models import SHARDS, ShardLease

LEASE_SECONDS = 25
RENEW_SECONDS = 5


@dataclass
class Leases:
    """The shards that the process `owner` holds, each with its fence; all end at `deadline`, monotonic.

    The deadline is counted from before the renewal was asked for, so it is never later than the database's.
    """

    owner: str
    fences: dict[int, int] = field(default_factory=dict)
    deadline: float = 0.0

    def remaining(self, shard: int) -> float:
        """Seconds for which this process surely holds the shard."""
        return self.deadline - time.monotonic() if shard in self.fences else 0.0

    def renew(self) -> None:
        """Keep what is held, and take a fair share of what nobody holds. A few short transactions."""
        asked = time.monotonic()
        mine = ShardLease.objects.filter(owner=self.owner, until__gt=Now())
        mine.update(until=Now() + timedelta(seconds=LEASE_SECONDS))
        held = dict(mine.values_list("number", "fence"))
        share = self._fair_share()
        for number in sorted(held)[share:]:
            del held[number]
        ShardLease.objects.filter(owner=self.owner).exclude(number__in=held).update(owner="", until=None)
        self.fences = held | self._claim(share - len(held))
        self.deadline = asked + LEASE_SECONDS

    def give_back(self) -> None:
        """Let others go on at once."""
        ShardLease.objects.filter(owner=self.owner).update(owner="", until=None)
        self.fences = {}

    def _fair_share(self) -> int:
        alive = ShardLease.objects.filter(until__gt=Now()).exclude(owner__in=["", self.owner])
        return ceil(SHARDS / (alive.values("owner").distinct().count() + 1))

    def _claim(self, count: int) -> dict[int, int]:
        if count <= 0:
            return {}
        with transaction.atomic():
            free = ShardLease.objects.select_for_update(skip_locked=_can_skip()).filter(
                Q(until=None) | Q(until__lte=Now())
            )
            numbers = list(free.order_by("number").values_list("number", flat=True)[:count])
            taken = ShardLease.objects.filter(number__in=numbers)
            until = Now() + timedelta(seconds=LEASE_SECONDS)
            taken.update(owner=self.owner, fence=F("fence") + 1, until=until)
            return dict(taken.values_list("number", "fence"))


def _can_skip() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)
