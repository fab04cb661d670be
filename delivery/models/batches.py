"""Batches: what changed since the batch before, frozen as a file (contract, section 11)."""

from django.db import models

from delivery.models.subscriptions import Subscription


class Batch(models.Model):
    """The window `(since, until]` of the feed, as a file that is sent under one name with the same bytes.

    `number` counts from 1 without a gap for each subscription, and alone tells the order of batches. `size`
    and `sha256` are of the file as sent. The row stays when its bytes go: `removed_time` tells since when.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="batches", db_index=False
    )
    number = models.BigIntegerField()
    name = models.CharField(max_length=255)
    since = models.DateTimeField()
    until = models.DateTimeField()
    orders = models.IntegerField()
    rows = models.IntegerField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    previous_sha256 = models.CharField(max_length=64, blank=True)
    statuses = models.JSONField()
    replayed = models.BooleanField(default=False)
    erased = models.BooleanField(default=False)
    made_time = models.DateTimeField()
    delivered_time = models.DateTimeField(null=True)
    removed_time = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "number"], name="one_batch_of_a_number"),
            models.UniqueConstraint(
                fields=["subscription"],
                condition=models.Q(delivered_time=None),
                name="one_batch_under_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["delivered_time"], condition=models.Q(removed_time=None), name="batches_with_bytes"
            ),
        ]

    @property
    def is_compressed(self) -> bool:
        """Whether the file is sent compressed."""
        return self.name.endswith(".gz")


class BatchPart(models.Model):
    """Some of the bytes of a batch, in gzip whether or not it is sent so; together they are one gzip file."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="one_part_of_a_number"),
        ]
