"""The endpoints of subscriptions (contract, section 9)."""

from collections.abc import Callable
from typing import Any, Never, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callers.authentication import TokenAuthentication
from callers.models import Scope
from callers.permissions import GrantedScope
from callers.quotas import Use, quota_headers, use_quota
from callers.refusals import QuotaExceeded
from callers.throttles import CallerThrottle
from callers.tokens import Access, access_of
from delivery.models import Subscription
from delivery.registration import idempotency, lists, verbs
from delivery.registration.parsers import BodyParser
from delivery.registration.patching import check_read_only
from delivery.registration.refusals import NoSuchSubscription
from delivery.registration.representation import shown, writable
from delivery.registration.serializers import (
    ReplaySerializer,
    ResendSerializer,
    RotationSerializer,
    SubscriptionSerializer,
)
from delivery.registration.strict import cleaned
from wire.problem import problem_details


class SubscriptionsView(APIView):
    """What all endpoints share: a token, the caller's limit, a grant, headers. `as_view` gets the kind."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [GrantedScope]
    throttle_classes = [CallerThrottle]
    parser_classes = [BodyParser]
    error_shape = staticmethod(problem_details)
    scope_kind = "channel"

    @property
    def requested_scope(self) -> Scope:
        return Scope(self.scope_kind, self.kwargs[f"{self.scope_kind}_id"])

    @property
    def access(self) -> Access:
        """What the token of the request gives."""
        return access_of(self.request)

    @property
    def body(self) -> dict[str, Any]:
        """The parsed body, which BodyParser makes an object."""
        return cast(dict[str, Any], self.request.data)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.uses: list[Use] = []
        request.get_host()
        super().initial(request, *args, **kwargs)

    def throttled(self, request: Request, wait: float | None) -> Never:
        raise QuotaExceeded([use for use in self.uses if use.exceeded])

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> Never:
        raise PermissionDenied(message)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in quota_headers(getattr(self, "uses", [])).items():
            answer[name] = value
        answer["Cache-Control"] = "private, no-store"
        answer["Vary"] = "X-Subject-Token, Authorization, Accept-Encoding"
        return answer

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def count(self, policy: str, key: str, rate: str) -> None:
        """Count a use of a limit of its own. Raises QuotaExceeded."""
        use = use_quota(policy=policy, key=key, rate=rate)
        if use and use.exceeded:
            raise QuotaExceeded([use])

    def one(self, *, lock: bool = False) -> Subscription:
        """The subscription that the path names. Raises NoSuchSubscription."""
        own = verbs.subscriptions_of(self.access.caller_id, self.requested_scope)
        rows = own.select_for_update() if lock else own
        row = rows.filter(public_id=self.kwargs["subscription_id"]).first()
        if row is None:
            raise NoSuchSubscription
        return row

    def act(self, verb: Callable[[Subscription], Any]) -> tuple[Subscription, Any]:
        """Do something to the subscription that the path names, locked, in one transaction."""
        with transaction.atomic():
            row = self.one(lock=True)
            return row, verb(row)


class SubscriptionList(SubscriptionsView):
    """All of them, and a new one."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: Request, **kwargs: Any) -> Response:
        rows = list(verbs.subscriptions_of(self.access.caller_id, self.requested_scope))
        held = lists.held_counts(rows)
        return Response(
            {"subscriptions": [shown(row, held=held.get(row.pk, 0), behind=False) for row in rows]}
        )

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = cleaned(SubscriptionSerializer(data=self.body), self.body)
        key = request.headers.get("Idempotency-Key", "")
        caller_id = self.access.caller_id
        made = None
        with transaction.atomic():
            row = idempotency.find(caller_id, key, self.body)
            if row is None:
                self.count("creations", str(caller_id), settings.CREATION_RATE)
                row, made = verbs.create(caller_id, self.requested_scope, body)
                idempotency.remember(caller_id, key, self.body, row)
        answer = shown(row, held=0)
        if made:
            answer["webhook"]["secret"] = made
        location = request.build_absolute_uri(f"{request.path}/{row.public_id}")
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
            wanted = verbs.merged(writable(row), patch)
            body = cleaned(SubscriptionSerializer(data=wanted), wanted)
            verbs.change(row, body, patch)
        return self.get(request)

    def delete(self, request: Request, **kwargs: Any) -> Response:
        self.act(verbs.delete)
        return Response(status=204)


class Replay(SubscriptionsView):
    """Set the position."""

    http_method_names = ["post", "options"]

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = cleaned(ReplaySerializer(data=self.body), self.body)
        row = self.one()
        self.count("replays", row.public_id, settings.REPLAY_RATE)
        start = None if body["updatedSince"] is None else verbs.position_of(body["updatedSince"])
        row, _ = self.act(lambda locked: verbs.replay(locked, start))
        return Response(shown(row, held=lists.held_counts([row]).get(row.pk, 0)))


class Resend(SubscriptionsView):
    """One order as it is now."""

    http_method_names = ["post", "options"]

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = cleaned(ResendSerializer(data=self.body), self.body)
        self.act(lambda row: verbs.resend(row, body["channelId"], body["orderId"]))
        return Response(status=202)


class RotateSecret(SubscriptionsView):
    """A new secret, beside the old one for a while."""

    http_method_names = ["post", "options"]

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = cleaned(RotationSerializer(data=self.body), self.body)
        row = self.one()
        self.count("rotations", row.public_id, settings.ROTATION_RATE)
        _, secret = self.act(
            lambda locked: verbs.rotate_secret(locked, body.get("secret"), body["overlapHours"])
        )
        return Response({"secret": secret})


class HeldList(SubscriptionsView):
    """The orders that are held."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(lists.held(self.one(), request.query_params))


class AttemptList(SubscriptionsView):
    """What was tried, newest first."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(lists.attempts(self.one(), request.query_params))
