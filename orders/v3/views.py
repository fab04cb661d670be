"""The endpoints of v3. Each is a declaration."""

from callers.throttles import CallerThrottle
from orders.polling.parameters import OrderIdsParameters
from orders.polling.reading import StrictParameters
from orders.polling.throttles import OrderThrottle
from orders.polling.views import PollView
from orders.v3.pagination import V3FeedPagination, V3OrdersById
from orders.v3.parameters import FeedParameters


class FeedView(PollView):
    filter_backends = [StrictParameters]
    filterset_class = FeedParameters
    pagination_class = V3FeedPagination


class OrdersByIdView(PollView):
    filter_backends = [StrictParameters]
    filterset_class = OrderIdsParameters
    pagination_class = V3OrdersById
    throttle_classes = [CallerThrottle, OrderThrottle]
