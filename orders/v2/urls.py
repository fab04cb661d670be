"""Paths of v2, below `/v2/` and without a prefix."""

from django.urls import path

from orders.v2.views import LegacyFeedView, LegacyOrdersByIdView

urlpatterns = [
    path("channel/<str:channel_id>/sales-order-status", LegacyFeedView.as_view(scope_kind="channel")),
    path(
        "channel/<str:channel_id>/sales-order-status/id", LegacyOrdersByIdView.as_view(scope_kind="channel")
    ),
    path("partner/<str:partner_id>/sales-order-status", LegacyFeedView.as_view(scope_kind="partner")),
    path(
        "partner/<str:partner_id>/sales-order-status/id", LegacyOrdersByIdView.as_view(scope_kind="partner")
    ),
]
