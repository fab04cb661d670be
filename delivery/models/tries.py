"""What is kept of deliveries: orders that are held, and a log of attempts."""

from django.db import models

from delivery.models.subscriptions import Subscription


class HeldOrder(models.Model):
    """An order that the receiver refused while it took others: tried again, then given up (delivery.pace).

    One that was `resent` is sent whatever the filter of the subscription says.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="held_orders")
    channel_id = models.CharField(max_length=100)
    order_id = models.CharField(max_length=100)
    updated_time = models.DateTimeField()
    tries = models.IntegerField(default=0)
    status = models.IntegerField(null=True)
    detail = models.CharField(max_length=200, blank=True)
    held_time = models.DateTimeField()
    next_attempt_time = models.DateTimeField(null=True)
    given_up = models.BooleanField(default=False)
    resent = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "channel_id", "order_id"], name="one_held_order_per_subscription"
            ),
        ]


class Attempt(models.Model):
    """One delivery that was tried, or one thing that happened to a subscription instead."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="attempts", db_index=False
    )
    time = models.DateTimeField()
    channel_id = models.CharField(max_length=100, blank=True)
    order_id = models.CharField(max_length=100, blank=True)
    updated_time = models.DateTimeField(null=True)
    batch = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10)
    status = models.IntegerField(null=True)
    milliseconds = models.IntegerField(null=True)
    detail = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=1024, blank=True)
    next_attempt_time = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subscription", "-id"], name="attempts_newest_first")]
