"""The feed clock, and the newest of its times in each channel and of each partner."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models.functions import Now

from callers.models import Scope

STEP = timedelta(microseconds=20)
"""Between two changes. Under 100 changes share a millisecond, so that a client that keeps only
milliseconds sees fewer than one full page again, and always moves on."""


class FeedClock(models.Model):
    """The newest `updatedTime` given out. Its one row is the lock that puts changes in commit order."""

    last_time = models.DateTimeField()
    representation = models.PositiveSmallIntegerField(
        default=1, help_text="Not used any more; servers of the first release read it."
    )

    @classmethod
    def advance(cls, count: int) -> list[datetime]:
        """The next `count` instants, each later than all before, and the lock on the clock until commit.

        Take it as late as possible in a transaction: every other publisher waits from here on.
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
        """Set these heads, which is for who holds the lock on the clock. One query, or none."""
        self.bulk_create(
            (FeedHead(**asdict(scope), updated_time=time) for scope, time in newest.items()),
            update_conflicts=True,
            unique_fields=["kind", "identifier"],
            update_fields=["updated_time"],
        )

    def behind(self, newest: dict[Scope, datetime]) -> dict[Scope, datetime]:
        """Those of `newest` that no head has reached. One query."""
        heads = self.newest()
        return {scope: time for scope, time in newest.items() if scope not in heads or heads[scope] < time}

    def newest(self) -> dict[Scope, datetime]:
        """The time of each head. One query."""
        rows = self.values_list("kind", "identifier", "updated_time")
        return {Scope(kind, identifier): time for kind, identifier, time in rows}


class FeedHead(models.Model):
    """The newest `updatedTime` in one channel, or of one partner: who has it finds nothing newer there."""

    kind = models.CharField(max_length=10)
    identifier = models.CharField(max_length=100)
    updated_time = models.DateTimeField(db_index=True)

    objects = FeedHeadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "identifier"], name="one_head_per_scope"),
        ]
