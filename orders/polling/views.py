"""What every polling view does, of either wire: token, limits, grants, parameters, page, 304."""

from collections.abc import Sequence
from typing import Any, Never, cast

from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from callers.authentication import TokenAuthentication
from callers.models import Scope
from callers.permissions import GrantedScope
from callers.quotas import Use, quota_headers
from callers.refusals import QuotaExceeded
from callers.throttles import CallerThrottle
from orders.models import SalesOrder
from orders.polling.given import Given
from orders.polling.noting import note
from orders.polling.pagination import PollPagination
from orders.polling.parameters import Parameters
from orders.polling.reading import LenientParameters
from wire.problem import describe, problem_details, respond


class PollView(GenericAPIView[SalesOrder]):
    """A read-only view of the orders of one scope.

    A subclass declares its parameters and its page; `as_view` gets the `scope_kind`. The declared seams of
    Django REST framework are called on Django's request, and make Django's response: DRF's own Request and
    Response would cost a fifth of an idle poll (docs/performance.md).
    """

    http_method_names = ["get", "head", "options"]
    permission_classes = [GrantedScope]
    throttle_classes = [CallerThrottle]
    error_shape = staticmethod(problem_details)
    scope_kind = "channel"
    filter_backends: Sequence[type[LenientParameters]]
    filterset_class: type[Parameters]
    pagination_class: type[PollPagination]

    @property
    def requested_scope(self) -> Scope:
        return Scope(self.scope_kind, self.kwargs[f"{self.scope_kind}_id"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer, or refuse in the wire's shape; every answer gets the headers of section 5."""
        self.uses: list[Use] = []
        self.given: Given | None = None
        try:
            response = self._admitted(request) or self.get(request)
        except Exception as exception:
            problem = describe(exception)
            if problem is None:
                response = response_for_exception(request, exception)
            else:
                response = respond(request, problem, self.error_shape)
        response = self.finish(request, response)
        self.note(request, response.status_code)
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page: the parameters are read by the wire's declarations, and the wire writes the body."""
        parameters = self.filter_backends[0]()
        asked = parameters.read(request.GET, self.requested_scope, self.filterset_class)
        pagination = self.pagination_class()
        response = pagination.respond(request, asked)
        self.given = pagination.given
        return response

    def finish(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the headers of every answer; 304 when the client has this one."""
        for name, value in quota_headers(self.uses).items():
            response[name] = value
        response["Allow"] = ", ".join(self.allowed_methods)
        response["Cache-Control"] = "private, no-cache"
        response["Vary"] = "X-Subject-Token, Authorization, Accept-Encoding"
        if _client_has_it(request, response):
            response.status_code, response.content = 304, b""
            del response["Content-Type"], response["Content-Encoding"]
        return response

    def note(self, request: HttpRequest, status: int) -> None:
        """Note in this process's memory who polled what, and how that ended."""
        scope = self.given.question.scope if self.given else self.requested_scope
        note(request, status, scope, self.given)

    def perform_authentication(self, request: Request) -> None:
        """Raises NotAuthenticated or AuthenticationFailed (401): there are no anonymous callers."""
        request.user, _ = TokenAuthentication().authenticate(request)  # type: ignore[assignment]  # an Access is the user

    def throttled(self, request: Request, wait: float | None) -> Never:
        raise QuotaExceeded([use for use in self.uses if use.exceeded])

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> Never:
        raise PermissionDenied(message)

    def _admitted(self, request: HttpRequest) -> HttpResponse | None:
        """Host, method, token, limits, grants, in this order: refused requests count against limits too.

        OPTIONS is answered without a token, because it tells nothing else.
        """
        request.get_host()  # a name that is not ours is refused here, not only where a link is made
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        if request.method == "OPTIONS":
            return HttpResponse(status=204)
        drf_request = cast(Request, request)  # the seams need no more of it than Django's has
        self.perform_authentication(drf_request)
        self.check_throttles(drf_request)
        self.check_permissions(drf_request)
        return None


def _client_has_it(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether If-None-Match names this answer, compared weakly (RFC 9110, section 13.1.2)."""
    sent = request.META.get("HTTP_IF_NONE_MATCH")
    if not sent or response.status_code != 200 or "ETag" not in response:
        return False
    if sent == response["ETag"]:
        return True  # as nearly all send it: one tag, as it was given
    known = parse_etags(sent)
    return known == ["*"] or response["ETag"].removeprefix("W/") in [tag.removeprefix("W/") for tag in known]
