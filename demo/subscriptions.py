"""The demo's subscription: made once, and found again at every start."""

from django.db import transaction

from callers.models import Caller, Scope
from delivery.models import Subscription
from delivery.registration import verbs
from delivery.registration.creating import create
from delivery.registration.representation import writable
from delivery.secrets import unseal

NAME = "The demo's own"


def webhook_of(username: str, url: str) -> tuple[Subscription, str]:
    """The webhook of this caller's channel, which leads to `url` from now on, and its secret."""
    caller, scope = Caller.objects.get(username=username), Scope("channel", username)
    with transaction.atomic():
        row = verbs.subscriptions_of(caller.pk, scope).select_for_update().filter(name=NAME).first()
        if row is None:
            row = create(caller.pk, scope, _new(url))
        else:
            body = writable(row)
            body["webhook"] |= {"url": url}
            verbs.change(row, body, {"webhook": {"url": url}})
    secret: str = unseal(row.secrets)["secrets"][0]["text"]
    return row, secret


def _new(url: str) -> dict[str, object]:
    webhook = {"url": url, "format": "SALES_ORDER_STATUS_V3", "rate": None, "concurrency": 8}
    return {
        "name": NAME,
        "mechanism": "webhook",
        "active": True,
        "contactEmail": None,
        "orderStatus": None,
        "start": "now",
        "webhook": webhook,
    }
