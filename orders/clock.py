"""The feed clock, and the newest time that it gave in each channel and to each partner."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models.functions import Now

from callers.models import Scope

STEP = timedelta(microseconds=20)
"""The least time between two changes. A client that keeps only milliseconds reads again what shares its last
millisecond: with this step fewer than 100 orders do, less than a full page, so it always moves on."""


class FeedClock(models.Model):
    """The newest `updatedTime` that an order got. The lock of its one row puts all changes in order."""

    last_time = models.DateTimeField()
    representation = models.PositiveSmallIntegerField(
        default=1, help_text="Not used any more; servers of the first release read it."
    )

    @classmethod
    def advance(cls, count: int) -> list[datetime]:
        """Lock the clock until commit, and return the next `count` instants, each later than all before.

        Call it as late as possible in a transaction, because every other publisher waits from here on.
        """
        clock = cls.objects.select_for_update().annotate(database_time=Now())
        database_time, last_time = clock.values_list("database_time", "last_time").get()
        first = max(database_time.astimezone(UTC), last_time + STEP)
        times = [first + STEP * index for index in range(count)]
        if times:
            cls.objects.update(last_time=times[-1])
        return times

    @classmethod
    def newest(cls) -> datetime:
        """The newest `updatedTime` that is visible to this query."""
        return cls.objects.get().last_time


class FeedHeadQuerySet(models.QuerySet["FeedHead"]):
    """Reading and moving heads."""

    def move(self, newest: dict[Scope, datetime]) -> None:
        """Set these heads. Call only while holding the clock's lock. One query, or none."""
        self.bulk_create(
            (FeedHead(**asdict(scope), updated_time=time) for scope, time in newest.items()),
            update_conflicts=True,
            unique_fields=["kind", "identifier"],
            update_fields=["updated_time"],
        )

    def stale(self, newest: dict[Scope, datetime]) -> dict[Scope, datetime]:
        """Those of `newest` whose head is missing or older. One query."""
        heads = self.newest()
        return {scope: time for scope, time in newest.items() if scope not in heads or heads[scope] < time}

    def newest(self) -> dict[Scope, datetime]:
        """The time of each head. One query."""
        rows = self.values_list("kind", "identifier", "updated_time")
        return {Scope(kind, identifier): time for kind, identifier, time in rows}


class FeedHead(models.Model):
    """The newest `updatedTime` in one channel, or of one partner.

    A poll whose `updatedSince` is at this time or after it returns nothing.
    """

    kind = models.CharField(max_length=10)
    identifier = models.CharField(max_length=100)
    updated_time = models.DateTimeField(db_index=True)

    objects = FeedHeadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "identifier"], name="one_head_per_scope"),
        ]
