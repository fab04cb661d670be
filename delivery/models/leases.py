"""Which process delivers what."""

from django.db import models


class ShardLease(models.Model):
    """Which process delivers the subscriptions of a shard, until when by the database's clock.

    `fence` is raised whenever the owner changes: what an earlier owner saves is refused by it.
    """

    number = models.SmallIntegerField(primary_key=True)
    owner = models.CharField(max_length=64, blank=True)
    fence = models.BigIntegerField(default=0)
    until = models.DateTimeField(null=True)


class DeliverProcess(models.Model):
    """A process that delivers, or wants to: so many share the leases of the shards from `first_shard` on."""

    owner = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField()
    first_shard = models.SmallIntegerField(default=0)
