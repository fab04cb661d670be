"""Paths of v2, below `/v2/` and without a prefix."""

from django.urls import path

from orders.v2.views import ChannelFeed, ChannelOrdersById, PartnerFeed, PartnerOrdersById

urlpatterns = [
    path("channel/<str:channel_id>/sales-order-status", ChannelFeed.as_view()),
    path("channel/<str:channel_id>/sales-order-status/id", ChannelOrdersById.as_view()),
    path("partner/<str:partner_id>/sales-order-status", PartnerFeed.as_view()),
    path("partner/<str:partner_id>/sales-order-status/id", PartnerOrdersById.as_view()),
]
