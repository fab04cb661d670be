"""The `/hooks` of the platform's existing clients: a view of webhook subscriptions (contract, section 9)."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from delivery.models import Subscription
from delivery.registration import verbs
from delivery.registration.creating import create, lock_caller
from delivery.registration.lenient import HookSerializer, cleaned_leniently
from delivery.registration.representation import writable
from delivery.registration.view import SubscriptionsView
from delivery.secrets import unseal


class HooksView(SubscriptionsView):
    """Hooks of one scope. `as_view` gets the shape of errors, which is that of the wire of these clients."""

    parameters = None

    def own(self) -> QuerySet[Subscription]:
        """Webhook subscriptions, whoever registered them how."""
        return super().own().filter(mechanism="webhook")


class HookList(HooksView):
    """All of them, and a new one, or the one that is there already."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response([_shown(row) for row in self.own()])

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Clients register at every start: a hook of this url and type is updated instead."""
        wanted = cleaned_leniently(HookSerializer(data=self.body))
        with transaction.atomic():
            lock_caller(self.access.caller_id)  # two processes of a client may start at once
            own = self.own().select_for_update()  # `deliver` and other requests change it meanwhile
            row = own.filter(settings__url=wanted["url"], settings__format=wanted["format"]).first()
            if row:
                _update(row, wanted)
                return Response(_shown(row))
            self.count("creations", str(self.access.caller_id), settings.CREATION_RATE)
            row = create(self.access.caller_id, self.requested_scope, _body(wanted))
        return Response(_shown(row), status=201)


class OneHook(HooksView):
    """Look at it, delete it."""

    http_method_names = ["get", "head", "delete", "options"]

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(_shown(self.one()))

    def delete(self, request: Request, **kwargs: Any) -> Response:
        self.act(verbs.delete)
        return Response(status=204)


def _body(wanted: dict[str, Any]) -> dict[str, Any]:
    """A hook to be as the cleaned body of a subscription."""
    webhook = {"url": wanted["url"], "format": wanted["format"], "rate": None, "concurrency": 8}
    return {
        "name": wanted["name"],
        "mechanism": "webhook",
        "active": wanted["active"],
        "contactEmail": None,
        "orderStatus": None,
        "start": "now",
        "webhook": webhook | {"secret": wanted["secret"]},
    }


def _update(row: Subscription, wanted: dict[str, Any]) -> None:
    """Name, activity and secret are as sent. The same secret again does not end a rotation's overlap."""
    before = writable(row)
    body = before | {"name": wanted["name"], "active": wanted["active"]}
    is_new = unseal(row.secrets)["secrets"][0]["text"] != wanted["secret"]
    patch: dict[str, Any] = {"webhook": {"secret": wanted["secret"]}} if is_new else {}
    body["webhook"] = before["webhook"] | patch.get("webhook", {})
    if is_new or body != before:
        verbs.change(row, body, patch)


def _shown(row: Subscription) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "url": row.settings["url"],
        "requestMethod": "POST",
        "eventType": [row.settings["format"]],
        "active": row.active,
    }
