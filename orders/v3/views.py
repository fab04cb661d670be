"""The endpoints of v3. Each is a declaration."""

from callers.throttles import CallerThrottle
from orders.polling.parameters import OrderIdsParameters
from orders.polling.reading import StrictParameters
from orders.polling.throttles import OrderThrottle
from orders.polling.views import PollView
from orders.v3.pagination import FeedPagination, OrdersById
from orders.v3.parameters import FeedParameters


class FeedView(PollView):
    filter_backends = [StrictParameters]
    filterset_class = FeedParameters
    pagination_class = FeedPagination


class OrdersByIdView(PollView):
    filter_backends = [StrictParameters]
    filterset_class = OrderIdsParameters
    pagination_class = OrdersById
    throttle_classes = [CallerThrottle, OrderThrottle]


class ChannelFeed(FeedView):
    scope_kind = "channel"


class PartnerFeed(FeedView):
    scope_kind = "partner"


class ChannelOrdersById(OrdersByIdView):
    scope_kind = "channel"


class PartnerOrdersById(OrdersByIdView):
    scope_kind = "partner"
