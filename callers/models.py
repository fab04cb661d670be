"""Who may ask: callers, their keys, what is granted to them, and their tokens."""

from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Scope:
    """What a request wants to see: the orders of one channel or of one partner."""

    kind: str
    identifier: str


class Caller(models.Model):
    """A system that polls. Only the digest of its key is stored.

    `key_generation` counts its rotations: a token keeps the number of the key that it was got with.
    `last_token_time` is null as long as the caller has never got a token; only then can it be deleted.
    """

    username = models.CharField(max_length=100, unique=True)
    key_digest = models.BinaryField(max_length=32)
    key_generation = models.PositiveIntegerField(default=0, db_default=0)
    rate = models.CharField(max_length=20, blank=True)
    created_time = models.DateTimeField(auto_now_add=True)
    revoked_time = models.DateTimeField(null=True)
    last_token_time = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.username


class RetiredKey(models.Model):
    """A key that was rotated with an overlap, which is good until `expires_time`."""

    caller = models.ForeignKey(Caller, on_delete=models.CASCADE, related_name="retired_keys")
    generation = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)
    expires_time = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "generation"], name="one_key_per_generation"),
        ]


class Grant(models.Model):
    """One channel or one partner that a caller may read, known to us or not."""

    class Kind(models.TextChoices):
        CHANNEL = "channel"
        PARTNER = "partner"

    caller = models.ForeignKey(Caller, on_delete=models.CASCADE, related_name="grants")
    kind = models.CharField(max_length=10, choices=Kind)
    identifier = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "kind", "identifier"], name="one_grant_per_scope"),
        ]


class Token(models.Model):
    """A token that a caller was given, by its digest, and the generation of the key that it was got with.

    The database's default of `key_generation` is for a process of the first release that is still running.
    """

    caller = models.ForeignKey(Caller, on_delete=models.CASCADE, related_name="tokens")
    key_generation = models.PositiveIntegerField(default=0, db_default=0)
    digest = models.BinaryField(max_length=32, unique=True)
    expires_time = models.DateTimeField()
