"""Subscriptions: standing polls on somebody's behalf, and what is kept of them (contract, sections 9 to 13).

A subscription has a *position* in the feed. Position P means: every order whose present `updatedTime` is not
later than P, and that passes the filter, was accepted in that state or is listed as held. There is no row for
each change and receiver: rows are kept for exceptions only (HeldOrder), and a log of attempts.
"""

from django.db import models

from callers.models import Caller, Scope

SHARDS = 64
"""A subscription belongs to the shard of its primary key, modulo this; a process leases shards. Those of
mechanisms that send files are numbered on from here, because another process delivers them."""
ORDER_SHARDS, FILE_SHARDS = range(SHARDS), range(SHARDS, 2 * SHARDS)
FILE_MECHANISMS = ("email", "ftp", "file")


class SubscriptionClock(models.Model):
    """Numbers changed subscriptions. The lock of its one row puts them in commit order."""

    last_number = models.BigIntegerField(default=0)

    @classmethod
    def advance(cls) -> int:
        """The next number, and the lock until commit."""
        clock = cls.objects.select_for_update().get()
        clock.last_number += 1
        clock.save(update_fields=["last_number"])
        return clock.last_number


class Subscription(models.Model):
    """Who is told what, how, and how far that has come.

    `settings` is the mechanism's public object; `secrets` is an encrypted JSON object (delivery.secrets).
    `generation` is raised by a replay: what began before it means nothing for the position.
    `ahead` names the states that were accepted beyond the position (delivery.engine.ahead).
    `change_number` is raised by every change of the row that a deliverer must notice.
    `paced` counts how often in a row its receiver asked for less without saying how long.
    `due_time` is when the next batch is cut, for mechanisms that send files; `window_time` where its window
    begins, while that is earlier than the position, as nothing was to be sent of what lies between.
    Nothing is sent to one that is not `confirmed`: the owner of its address has not agreed (delivery.mail).
    """

    public_id = models.CharField(max_length=20, unique=True)
    caller = models.ForeignKey(Caller, on_delete=models.PROTECT, related_name="subscriptions")
    kind = models.CharField(max_length=10)
    identifier = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    mechanism = models.CharField(max_length=10)
    active = models.BooleanField(default=True)
    order_status = models.JSONField(null=True)
    contact_email = models.CharField(max_length=254, blank=True)
    settings = models.JSONField()
    secrets = models.TextField(blank=True)
    created_time = models.DateTimeField()
    deleted = models.BooleanField(
        default=False
    )  # hidden at once; `deliver` removes the row when it has let go
    shard = models.SmallIntegerField(db_index=True)
    change_number = models.BigIntegerField(db_index=True)

    position = models.DateTimeField()
    ahead = models.TextField(blank=True)
    generation = models.IntegerField(default=0)
    disabled_reason = models.CharField(max_length=40, blank=True)
    failures = models.IntegerField(default=0)
    paced = models.SmallIntegerField(default=0, db_default=0)
    failing_since_time = models.DateTimeField(null=True)
    last_success_time = models.DateTimeField(null=True)
    next_attempt_time = models.DateTimeField(null=True)
    concurrency = models.SmallIntegerField(default=1)

    confirmed = models.BooleanField(default=True)
    due_time = models.DateTimeField(null=True)
    window_time = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["caller", "kind", "identifier"], name="subscriptions_of_caller"),
            models.Index(
                fields=["due_time"],
                condition=models.Q(due_time__isnull=False),
                name="subscriptions_by_due_time",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def shard_of(self) -> int:
        """The shard that it belongs to, by its primary key and its mechanism."""
        first = FILE_SHARDS.start if self.sends_files else ORDER_SHARDS.start
        return first + self.pk % SHARDS

    @property
    def sends_files(self) -> bool:
        """Whether it is sent batches, cut by a schedule, instead of each order."""
        return self.mechanism in FILE_MECHANISMS

    @property
    def scope(self) -> Scope:
        """The channel or the partner whose orders it is told of."""
        return Scope(self.kind, self.identifier)


class IdempotencyKey(models.Model):
    """A creation that may be asked for again with the same key within 24 hours (contract, section 9)."""

    caller = models.ForeignKey(Caller, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    digest = models.BinaryField(max_length=32)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE)
    created_time = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="one_use_of_an_idempotency_key")
        ]
