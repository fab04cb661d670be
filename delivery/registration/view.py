"""What all endpoints of subscriptions share: a token, limits, a grant, headers (contract, section 9)."""

from collections.abc import Callable
from typing import Any, Never, cast

from django.db import transaction
from django.db.models import QuerySet
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
from delivery.registration import verbs
from delivery.registration.parsers import BodyParser
from delivery.registration.refusals import NoSuchSubscription
from delivery.registration.strict import check_parameters
from wire.problem import problem_details


class SubscriptionsView(APIView):
    """What all endpoints share: a token, the caller's limit, a grant, headers. `as_view` gets the kind."""

    authentication_classes = [TokenAuthentication]
    permission_classes = [GrantedScope]
    throttle_classes = [CallerThrottle]
    parser_classes = [BodyParser]
    error_shape = staticmethod(problem_details)
    scope_kind = "channel"
    parameters: tuple[str, ...] | None = ()
    """Those that GET takes; others are refused. None: any, and they mean nothing."""

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
        if request.method == "OPTIONS":  # which methods there are is no secret, and needs no token
            return
        super().initial(request, *args, **kwargs)
        if self.parameters is not None and request.method in ("GET", "HEAD"):
            check_parameters(request.query_params, self.parameters)

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

    def own(self) -> QuerySet[Subscription]:
        """Those that the path can name: the caller's under this scope, oldest first."""
        return verbs.subscriptions_of(self.access.caller_id, self.requested_scope)

    def one(self, *, lock: bool = False) -> Subscription:
        """The subscription that the path names. Raises NoSuchSubscription."""
        rows = self.own().select_for_update() if lock else self.own()
        name = self.kwargs["subscription_id"]
        row = rows.filter(public_id=name).first() if name.isalnum() else None  # PostgreSQL takes no NUL
        if row is None:
            raise NoSuchSubscription
        return row

    def act(self, verb: Callable[[Subscription], Any]) -> tuple[Subscription, Any]:
        """Do something to the subscription that the path names, locked, in one transaction."""
        with transaction.atomic():
            row = self.one(lock=True)
            return row, verb(row)
