"""Subscriptions: the list, one of them, and its lists (contract, section 9)."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.encoding import escape_uri_path
from rest_framework.request import Request
from rest_framework.response import Response

from delivery.registration import idempotency, lists, verbs
from delivery.registration.creating import create, lock_caller, shown_once
from delivery.registration.patching import check_read_only, merged
from delivery.registration.representation import shown, writable
from delivery.registration.strict import cleaned
from delivery.registration.subscription_body import SubscriptionSerializer
from delivery.registration.view import SubscriptionsView


class SubscriptionList(SubscriptionsView):
    """All of them, and a new one."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: Request, **kwargs: Any) -> Response:
        rows = list(self.own())
        held = lists.held_counts(rows)
        return Response(
            {"subscriptions": [shown(row, held=held.get(row.pk, 0), behind=False) for row in rows]}
        )

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = cleaned(SubscriptionSerializer(data=self.body), self.body)
        key = request.headers.get("Idempotency-Key", "")
        caller_id = self.access.caller_id
        with transaction.atomic():
            lock_caller(caller_id)
            row = idempotency.find(caller_id, self.requested_scope, key, self.body)
            if row is None:
                self.count("creations", str(caller_id), settings.CREATION_RATE)
                row = create(caller_id, self.requested_scope, body)
                idempotency.remember(row, key, self.body)
        answer = shown(row, held=lists.held_counts([row]).get(row.pk, 0))
        answer[row.mechanism] |= shown_once(row)
        location = request.build_absolute_uri(f"{escape_uri_path(request.path)}/{row.public_id}")
        return Response(answer, status=201, headers={"Location": location})


class OneSubscription(SubscriptionsView):
    """Look at it, change it, delete it."""

    http_method_names = ["get", "head", "patch", "delete", "options"]

    def get(self, request: Request, **kwargs: Any) -> Response:
        row = self.one()
        return Response(shown(row, held=lists.held_counts([row]).get(row.pk, 0)))

    def patch(self, request: Request, **kwargs: Any) -> Response:
        with transaction.atomic():
            row = self.one(lock=True)
            patch = check_read_only(row, self.body)
            wanted = merged(writable(row), patch)
            known = {"mechanisms": (row.mechanism,)}
            body = cleaned(SubscriptionSerializer(data=wanted, context=known), wanted, patch)
            verbs.change(row, body, patch)
        return self.get(request)

    def delete(self, request: Request, **kwargs: Any) -> Response:
        self.act(verbs.delete)
        return Response(status=204)


class HeldList(SubscriptionsView):
    """The orders that are held."""

    http_method_names = ["get", "head", "options"]
    parameters = ("after",)

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(lists.held(self.one(), request.query_params))


class AttemptList(SubscriptionsView):
    """What was tried, newest first."""

    http_method_names = ["get", "head", "options"]
    parameters = ("before", "orderId", "outcome")

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(lists.attempts(self.one(), request.query_params))
