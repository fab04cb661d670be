"""Paths of v3, below `/v3/`."""

from django.urls import path

from orders.v3.views import FeedView, OrdersByIdView

urlpatterns = [
    path("channel/<str:channel_id>/sales-order-status", FeedView.as_view(scope_kind="channel")),
    path("channel/<str:channel_id>/sales-order-status/id", OrdersByIdView.as_view(scope_kind="channel")),
    path("partner/<str:partner_id>/sales-order-status", FeedView.as_view(scope_kind="partner")),
    path("partner/<str:partner_id>/sales-order-status/id", OrdersByIdView.as_view(scope_kind="partner")),
]
