"""What every polling view does, of either wire: token, limits, grants, 304."""

from typing import Any, Never

from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from callers.models import Scope
from callers.permissions import GrantedScope
from callers.quotas import Use, quota_headers
from callers.refusals import QuotaExceeded
from callers.throttles import CallerThrottle
from orders.feed import Question
from orders.models import SalesOrder
from wire.problem import problem_details


class PollView(GenericAPIView[SalesOrder]):
    """A read-only view of the orders of one scope: a subclass names `scope_kind`, parameters and page."""

    http_method_names = ["get", "head", "options"]
    permission_classes = [GrantedScope]
    throttle_classes = [CallerThrottle]
    format_kwarg = None
    error_shape = staticmethod(problem_details)
    scope_kind: str

    @property
    def requested_scope(self) -> Scope:
        return Scope(self.scope_kind, self.kwargs[f"{self.scope_kind}_id"])

    def get_queryset(self) -> Any:
        """Not a QuerySet but the question to ask one with; nothing here needs more of it."""
        return Question(self.requested_scope)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """One query for orders."""
        return self.get_paginated_response(self.paginate_queryset(self.filter_queryset(self.get_queryset())))

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """What may be done here; needs no token, since it tells nothing else."""
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Host, method, token, limits, grants, in this order: refused requests count against limits too."""
        self.uses: list[Use] = []
        request.get_host()  # a name that is not ours is refused here, not only where a link is made
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        if request.method == "OPTIONS":
            return
        self.perform_authentication(request)
        self.check_throttles(request)
        self.check_permissions(request)

    def throttled(self, request: Request, wait: float | None) -> Never:
        raise QuotaExceeded([use for use in self.uses if use.exceeded])

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in quota_headers(self.uses).items():
            response[name] = value
        response["Cache-Control"] = "private, no-cache"
        response["Vary"] = "X-Subject-Token, Authorization, Accept-Encoding"
        if _client_has_it(request, response):
            response.status_code, response.data = 304, None
        return response


def _client_has_it(request: Request, response: Response) -> bool:
    """Whether If-None-Match names this answer, compared weakly (RFC 9110, section 13.1.2)."""
    sent = request.META.get("HTTP_IF_NONE_MATCH")
    if not sent or response.status_code != 200 or "ETag" not in response:
        return False
    if sent == response["ETag"]:
        return True  # as nearly all send it: one tag, as it was given
    known = parse_etags(sent)
    return known == ["*"] or response["ETag"].removeprefix("W/") in [tag.removeprefix("W/") for tag in known]
