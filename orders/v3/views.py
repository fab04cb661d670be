"""The endpoints of v3. Each is a declaration."""

from callers.throttles import CallerThrottle, OrderThrottle
from orders.filter_backends import StrictParameters
from orders.filters import OrderIdsParameters
from orders.v3.page import FeedPagination, OrdersById
from orders.v3.parameters import FeedParameters
from orders.v3.schema import FeedSchema, OrdersByIdSchema
from orders.views import PollView


class FeedView(PollView):
    filter_backends = [StrictParameters]
    filterset_class = FeedParameters
    pagination_class = FeedPagination
    schema = FeedSchema()


class OrdersByIdView(PollView):
    filter_backends = [StrictParameters]
    filterset_class = OrderIdsParameters
    pagination_class = OrdersById
    throttle_classes = [CallerThrottle, OrderThrottle]
    schema = OrdersByIdSchema()


class ChannelFeed(FeedView):
    scope_kind = "channel"


class PartnerFeed(FeedView):
    scope_kind = "partner"


class ChannelOrdersById(OrdersByIdView):
    scope_kind = "channel"


class PartnerOrdersById(OrdersByIdView):
    scope_kind = "partner"
