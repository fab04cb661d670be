"""Paths of v3, below `/v3/`."""

from django.urls import path

from orders.v3.views import ChannelFeed, ChannelOrdersById, PartnerFeed, PartnerOrdersById

urlpatterns = [
    path("channel/<str:channel_id>/sales-order-status", ChannelFeed.as_view()),
    path("channel/<str:channel_id>/sales-order-status/id", ChannelOrdersById.as_view()),
    path("partner/<str:partner_id>/sales-order-status", PartnerFeed.as_view()),
    path("partner/<str:partner_id>/sales-order-status/id", PartnerOrdersById.as_view()),
]
