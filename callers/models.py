"""Who may ask: callers, what is granted to them, and their tokens."""

from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Scope:
    """What a request wants to see: the orders of one channel or of one partner."""

    kind: str
    identifier: str


class Caller(models.Model):
    """A system that polls. Only the digest of its key is kept; a revoked caller is never deleted."""

    username = models.CharField(max_length=100, unique=True)
    key_digest = models.BinaryField(max_length=32)
    rate = models.CharField(max_length=20, blank=True)
    created_time = models.DateTimeField(auto_now_add=True)
    revoked_time = models.DateTimeField(null=True)


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
    """A token a caller was given, by its digest."""

    caller = models.ForeignKey(Caller, on_delete=models.CASCADE, related_name="tokens")
    digest = models.BinaryField(max_length=32, unique=True)
    expires_time = models.DateTimeField()
