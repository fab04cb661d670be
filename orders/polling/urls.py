"""Paths that belong to no wire."""

from django.urls import path

from orders.polling.caller import CallerView

urlpatterns = [path("caller", CallerView.as_view())]
