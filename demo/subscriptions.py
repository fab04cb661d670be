"""The demo's subscriptions: made once, and found again at every start."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from callers.models import Caller, Scope
from delivery.models import Recipient, Subscription
from delivery.registration import verbs
from delivery.registration.creating import create
from delivery.registration.representation import writable
from delivery.registration.strict import cleaned
from delivery.registration.subscription_body import SubscriptionSerializer
from delivery.secrets import unseal

NAME = "The demo's own"
EVERY_MINUTE = {"cron": "* * * * *"}
ADDRESS = "shop@demo.example"


@dataclass(frozen=True)
class Subscriber:
    """A caller of the demo, for the channel of its name."""

    username: str

    @transaction.atomic
    def webhook(self, url: str) -> tuple[Subscription, str]:
        """The webhook, which leads to `url` from now on, and its secret."""
        row = self._found("webhook")
        if row is None:
            settings = {"url": url, "format": "SALES_ORDER_STATUS_V3", "rate": None, "concurrency": 8}
            row = self._made("webhook", settings)
        else:
            body = writable(row)
            body["webhook"] |= {"url": url}
            verbs.change(row, body, {"webhook": {"url": url}})
        secret: str = unseal(row.secrets)["secrets"][0]["text"]
        return row, secret

    @transaction.atomic
    def folder(self) -> Subscription:
        """CSV files in a folder below DELIVERY_FOLDER, every minute in which something changed."""
        settings = {"folder": self.username, "schedule": EVERY_MINUTE}
        return self._found("file") or self._made("file", self._whole("file", settings))

    @transaction.atomic
    def mail(self) -> Subscription:
        """A mail every minute, to an address that has agreed: nobody is there to be asked."""
        row = self._found("email")
        if row is None:
            settings = {"to": ADDRESS, "schedule": EVERY_MINUTE, "layout": "orders", "bom": True}
            row = self._made("email", self._whole("email", settings))
            recipient = Recipient.objects.get(subscription=row)
            recipient.mails.update(next_try_time=None)
            recipient.confirmed_time = datetime.now(UTC)
            recipient.save(update_fields=["confirmed_time"])
            row.confirmed = True
            row.save(update_fields=["confirmed"])
        return row

    def _found(self, mechanism: str) -> Subscription | None:
        own = verbs.subscriptions_of(self._caller_id, self._scope).select_for_update()
        return own.filter(name=NAME, mechanism=mechanism).first()

    def _made(self, mechanism: str, settings: dict[str, Any]) -> Subscription:
        body = {"name": NAME, "mechanism": mechanism, "active": True, "contactEmail": None}
        body |= {"orderStatus": None, "start": "now", mechanism: settings}
        return create(self._caller_id, self._scope, body)

    def _whole(self, mechanism: str, settings: dict[str, Any]) -> dict[str, Any]:
        """The settings with what is the default."""
        body = {"name": NAME, "mechanism": mechanism, mechanism: settings}
        serializer = SubscriptionSerializer(data=body, context={"mechanisms": (mechanism,)})
        found: dict[str, Any] = cleaned(serializer, body)[mechanism]
        return found

    @property
    def _caller_id(self) -> int:
        return Caller.objects.get(username=self.username).pk

    @property
    def _scope(self) -> Scope:
        return Scope("channel", self.username)
