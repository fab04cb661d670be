"""People of subscriptions: their addresses, whether they agreed, and what we wrote to them."""

from django.db import models

from callers.models import Caller
from delivery.models.subscriptions import Subscription


class Recipient(models.Model):
    """An address of a subscription: `to` gets its batches, `contact` is told when it fails.

    Nothing but a confirmation is sent before `confirmed_time`. `key` is the address as limits compare it.
    `stop_token` is encrypted, because each mail shows it; `stop_digest` finds the row by it.
    `paced_since_time`: since when the receiver of the subscription has asked for less, without a success.
    """

    class Role(models.TextChoices):
        TO = "to"
        CONTACT = "contact"

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="recipients")
    role = models.CharField(max_length=10, choices=Role)
    address = models.CharField(max_length=254)
    key = models.CharField(max_length=254, db_index=True)
    confirmed_time = models.DateTimeField(null=True)
    stop_token = models.TextField()
    stop_digest = models.BinaryField(max_length=32, unique=True)
    paced_since_time = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "role"], name="one_recipient_of_a_role"),
        ]


class Mail(models.Model):
    """One mail of ours that is no batch: it waits for its sending, then is kept, to be counted and told once.

    `about` names the occasion, so that each is told once. `next_try_time` is null when there is no try any
    more: then it was sent (`sent_time`), or given up. A confirmation has the digest of its token.
    """

    class Kind(models.TextChoices):
        CONFIRM = "CONFIRM"
        FAILING_1_HOUR = "FAILING_1_HOUR"
        FAILING_24_HOURS = "FAILING_24_HOURS"
        PACED_24_HOURS = "PACED_24_HOURS"
        DISABLED = "DISABLED"

    recipient = models.ForeignKey(Recipient, on_delete=models.SET_NULL, null=True, related_name="mails")
    caller = models.ForeignKey(Caller, on_delete=models.CASCADE, db_index=False)
    key = models.CharField(max_length=254)
    kind = models.CharField(max_length=20, choices=Kind)
    about = models.CharField(max_length=64)
    made_time = models.DateTimeField()
    first_try_time = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    next_try_time = models.DateTimeField(null=True, db_index=True)
    sent_time = models.DateTimeField(null=True)
    digest = models.BinaryField(max_length=32, null=True, unique=True)
    expires_time = models.DateTimeField(null=True)
    used_time = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "kind", "about"], name="an_occasion_is_told_once"),
        ]
        indexes = [
            models.Index(fields=["key", "first_try_time"], name="mails_to_an_address"),
            models.Index(fields=["caller", "first_try_time"], name="mails_of_a_caller"),
        ]


class SilencedAddress(models.Model):
    """An address whose owner wants no mail of ours any more, by `Recipient.key`."""

    key = models.CharField(max_length=254, unique=True)
    time = models.DateTimeField()
