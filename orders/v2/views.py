"""The endpoints of v2, deprecated. Each is a declaration."""

from django.http import HttpRequest, HttpResponse

from callers.throttles import CallerThrottle
from orders.polling.parameters import OrderIdsParameters
from orders.polling.reading import LenientParameters
from orders.polling.throttles import OrderThrottle
from orders.polling.views import PollView
from orders.v2.deprecation import add_deprecation
from orders.v2.errors import legacy_error
from orders.v2.pagination import LegacyFeedPagination, LegacyOrdersById
from orders.v2.parameters import LegacyFeedParameters


class LegacyView(PollView):
    filter_backends = [LenientParameters]
    error_shape = staticmethod(legacy_error)

    def finish(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().finish(request, response)
        add_deprecation(request, response)
        return response


class LegacyFeedView(LegacyView):
    filterset_class = LegacyFeedParameters
    pagination_class = LegacyFeedPagination


class LegacyOrdersByIdView(LegacyView):
    filterset_class = OrderIdsParameters
    pagination_class = LegacyOrdersById
    throttle_classes = [CallerThrottle, OrderThrottle]
